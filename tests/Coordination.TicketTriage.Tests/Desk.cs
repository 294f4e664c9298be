using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Sagas.Runs;
using Coordination.Workers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using TicketTriage;
using TicketTriage.Agents;
using TicketTriage.Outside;
using TicketTriage.Tickets;
using TriageDecision = TicketTriage.Agents.Decision;

namespace Coordination.TicketTriage.Tests;

/// <summary>
/// Carries out the sample's plan step by step, without broker and database: inputs are put together by the run's own rule and read as strictly as
/// a worker reads them.
/// </summary>
internal sealed class Desk : IDisposable
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly Dictionary<string, Func<JsonElement, AgentContext, Task<JsonElement>>> agents;
    private readonly RefundLedger refunds;
    private readonly HoldLedger holds;
    private readonly HoldAgent hold;

    public Desk(IChatClient? chat = null)
    {
        Data = new DataFolder(Directory.CreateTempSubdirectory("desk").FullName);
        refunds = new RefundLedger(Data.Refunds);
        holds = new HoldLedger(Data.Holds);
        hold = new HoldAgent(holds);
        var reader = new TicketReader(chat, NullLogger<TicketReader>.Instance);
        agents = new(StringComparer.Ordinal)
        {
            ["triage"] = Run(new TriageAgent(reader)),
            ["policy"] = Run(new PolicyAgent()),
            ["fraud"] = Run(new FraudAgent(reader)),
            ["mood"] = Run(new MoodAgent(reader)),
            ["decide"] = Run(new DecideAgent()),
            ["hold"] = Run(hold),
            ["refund"] = Run(new RefundAgent(new PaymentProvider(refunds))),
            ["reply"] = Run(new ReplyAgent(new MailFolder(Data.Mail))),
        };
    }

    public DataFolder Data { get; }

    /// <summary>The outputs of all steps by step id; a step that fails ends the ticket, and a hold before it is released.</summary>
    public async Task<DeskResult> HandleAsync(Ticket ticket)
    {
        var outputs = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var step in TicketPlan.For(ticket).Steps)
        {
            var input = StepInput.Resolve(step, outputs);
            input.Fault.ShouldBeNull();
            var context = new TestAgentContext { RunId = RunIds.Of(ticket.Id), StepId = step.Id };
            try
            {
                outputs[step.Id] = await agents[step.AgentType](input.Input!.Value, context);
            }
            catch (Exception failure) when (failure is PermanentFailure or EffectFailure)
            {
                if (step.Optional is not true)
                {
                    var held = outputs["hold"].Deserialize<HoldReceipt>(Strict)!;
                    await hold.CompensateAsync(new HoldInput(ticket.Id, ticket.Order, null!), held, context, CancellationToken.None);
                }

                return new DeskResult(outputs, step.Id, failure.Message);
            }
        }

        return new DeskResult(outputs, null, null);
    }

    public void Dispose()
    {
        refunds.Dispose();
        holds.Dispose();
        Directory.Delete(Data.Path, recursive: true);
    }

    public static T Read<T>(JsonElement json) => json.Deserialize<T>(Strict)!;

    private static Func<JsonElement, AgentContext, Task<JsonElement>> Run<TInput, TOutput>(IAgent<TInput, TOutput> agent) =>
        async (input, context) =>
        {
            var output = await agent.ExecuteAsync(input.Deserialize<TInput>(Strict)!, context, CancellationToken.None);
            return JsonSerializer.SerializeToElement(output, Strict);
        };
}

internal sealed record DeskResult(IReadOnlyDictionary<string, JsonElement> Outputs, string? FailedStep, string? Failure)
{
    public TriageDecision Decision => Desk.Read<TriageDecision>(Outputs["decide"]);

    /// <summary>Null when there was no reply.</summary>
    public TicketResult? Result => Outputs.TryGetValue("reply", out var reply) ? Desk.Read<ReplyReceipt>(reply).Result : null;
}
