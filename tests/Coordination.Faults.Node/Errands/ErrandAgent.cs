using System.Globalization;
using Coordination.Faults.Node.Matrix;
using Coordination.Workers;
using Microsoft.Extensions.AI;

namespace Coordination.Faults.Node.Errands;

/// <summary>How many effects a step is to make.</summary>
internal sealed record Errands(int Count);

/// <summary>The sink's receipts, in the order of the effects.</summary>
internal sealed record Receipts(IReadOnlyList<long> Numbers);

/// <summary>Makes effects one after the other, in turn keyed, probed and a question to a model, as soon as the suite says so.</summary>
internal sealed class ErrandAgent(SinkClient sink) : IAgent<Errands, Receipts>
{
    private static readonly string[] Scope = ["number"];
    private static readonly EffectTool Order = new("order", EffectClass.Keyed) { Scope = Scope };
    private static readonly EffectTool Book = new("book", EffectClass.Probed) { Scope = Scope, SettleTime = TimeSpan.FromSeconds(1) };
    private static readonly TaskCompletionSource Sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the steps of this process begin, those of now and of later.</summary>
    public static void Send() => Sent.TrySetResult();

    public async Task<Receipts> ExecuteAsync(Errands input, AgentContext context, CancellationToken cancellationToken)
    {
        await Sent.Task.WaitAsync(cancellationToken);
        using var model = new SinkModel(sink, context);
        var receipts = new List<long>();
        for (var number = 1; number <= input.Count; number++)
        {
            receipts.Add(
                (number % 3) switch
                {
                    1 => await context.Effect(Order, new { number }, (key, token) => CallAsync("keyed", key, token)),
                    2 => await context.Effect(Book, new { number }, (key, token) => CallAsync("probed", key, token), sink.ProbeAsync),
                    _ => await AskAsync(number),
                }
            );
        }

        return new Receipts(receipts);

        Task<long> CallAsync(string effectClass, string key, CancellationToken token) =>
            sink.CallAsync(effectClass, key, context, "", undo: false, token);

        async Task<long> AskAsync(int number)
        {
            var answer = await context.Ask(model, [new ChatMessage(ChatRole.User, $"What is the receipt of question {number}?")]);
            return long.Parse(answer.Text, CultureInfo.InvariantCulture);
        }
    }
}
