using System.Text.Json;
using Coordination.Sagas.Consensus;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Browser.Tests.Hosts;

/// <summary>Agents and voters that do what their input says: <c>{"do":"fail","text":"…"}</c>.</summary>
internal static class Fleet
{
    private static readonly string[] Agents = ["planner", "researcher", "coder", "critic", "publisher"];
    private static readonly string[] Voters = ["careful", "quick", "security"];

    public static int Types => Agents.Length + Voters.Length;

    public static void AddTo(IServiceCollection services)
    {
        foreach (var agent in Agents)
            services.AddAgent<Obedient>(agent, options => options.Concurrency = 64);
        foreach (var voter in Voters)
            services.AddVoter<Says>(voter, options => options.Inline = true);
    }

    public static void Policies(ConsensusOptions consensus)
    {
        consensus.Voters.Add(new VoterProfile { Name = "careful", Family = "a" });
        consensus.Voters.Add(new VoterProfile { Name = "quick", Family = "b" });
        consensus.Voters.Add(
            new VoterProfile
            {
                Name = "security",
                Family = "c",
                VetoDomains = ["code"],
                ExpertDomains = ["fraud"],
            }
        );
        consensus.Policies.Add(
            new BallotPolicy
            {
                Name = "merge",
                Domain = "code",
                Voters = [.. Voters],
                Deadline = TimeSpan.FromSeconds(30),
            }
        );
    }
}

/// <summary>What an agent is to do.</summary>
internal static class Do
{
    public static object Work(string answer = "done") => new { @do = "work", text = answer };

    public static object Wait(string note = "") => new { @do = "wait", text = note };

    public static object Ask(string question) => new { @do = "ask", text = question };

    public static object Fail(string detail) => new { @do = "fail", text = detail };

    public static object Retry(string detail) => new { @do = "retry", text = detail };

    public static object Doubt(string scope, string detail = "The line broke.") =>
        new
        {
            @do = "doubt",
            text = detail,
            order = scope,
        };

    public static object Effect(string scope) =>
        new
        {
            @do = "effect",
            text = "sent",
            order = scope,
        };
}

internal sealed class Obedient : ICompensatingAgent<JsonElement, JsonElement>
{
    private static readonly EffectTool Transfer = new("transfer", EffectClass.Irreversible) { Scope = ["order"] };
    private static readonly EffectTool Mail = new("mail", EffectClass.Keyed) { Scope = ["order"] };

    public async Task<JsonElement> ExecuteAsync(JsonElement input, AgentContext context, CancellationToken cancellationToken)
    {
        var text = input.TryGetProperty("text", out var member) ? member.GetString() ?? "" : "";
        switch (input.TryGetProperty("do", out var what) ? what.GetString() : "work")
        {
            case "wait":
                if (text.Length > 0)
                    await context.ReportProgressAsync(40, text, cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case "ask":
                context.Ask<string>("which", text);
                break;
            case "fail":
                throw new PermanentFailure(text, "BAD_INPUT");
            case "retry":
                throw new TransientFailure(text, "PROVIDER_BUSY") { RetryAfter = TimeSpan.FromMinutes(30) };
            case "doubt":
                await context.Effect(Transfer, Order(input), (_, _) => Task.FromException<string>(new IOException(text)));
                break;
            case "effect":
                await context.Effect(Mail, Order(input), (_, _) => Task.FromResult("sent"));
                break;
            default:
                break;
        }
        return JsonSerializer.SerializeToElement(new { said = text });
    }

    public Task CompensateAsync(JsonElement input, JsonElement output, AgentContext context, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    private static object Order(JsonElement input) => new { order = input.GetProperty("order").GetString() };
}

/// <summary>Votes as the subject says: <c>{"careful":"yes","quick":"no"}</c>; security vetoes when its word begins with an exclamation mark.</summary>
internal sealed class Says : IVoter
{
    public Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
    {
        var script = question.Subject is { ValueKind: JsonValueKind.Object } subject ? subject : default;
        var word = Text(script, context.AgentType) ?? question.Options[0].Name;
        var why = Text(script, "why") ?? $"Because {word} is what the tests say.";
        var evidence = Text(script, "evidence") ?? $"doc/{context.AgentType}";
        var answer = VoteAnswer.For(word.TrimStart('!'), 0.9, why, [evidence]);
        return Task.FromResult(word.StartsWith('!') ? answer.WithVeto(why, evidence) : answer);
    }

    private static string? Text(JsonElement script, string name) =>
        script.ValueKind == JsonValueKind.Object && script.TryGetProperty(name, out var value) ? value.GetString() : null;
}
