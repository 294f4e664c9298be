using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Monitor.Browser.Tests.Hosts;

/// <summary>Leaves work on a host, and waits until it is in the state that is wanted.</summary>
internal static class Seed
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Guid> RunAsync(this MonitorHost host, RunPlan plan, string? until = null, SubmitOptions? options = null)
    {
        var id = await host.Runs.SubmitAsync(plan, options ?? new SubmitOptions { Requester = "shop" });
        if (until is not null)
            await host.UntilRunAsync(id, until);
        return id;
    }

    /// <summary>Until the run has this status, or one of its steps has.</summary>
    public static Task UntilRunAsync(this MonitorHost host, Guid run, string until) =>
        Eventually.Until(
            async () =>
            {
                var detail = await host.GetAsync($"runs/{run}");
                return detail.GetProperty("run").Text("status") == until
                    || detail.GetProperty("steps").EnumerateArray().Any(step => step.Text("status") == until);
            },
            Patience,
            $"a run that is {until}"
        );

    public static RunPlan OneStep(string name, object input, string agent = "coder") =>
        Plan.Named(name).Step("one", agent, input).Within(TimeSpan.FromHours(2)).Build();

    /// <summary>Five steps, two of them side by side; the fourth does what is said.</summary>
    public static RunPlan Patch(string name, object fourth) =>
        Plan.Named(name)
            .Step("plan", "planner", Do.Work())
            .Step("read", "researcher", Do.Effect(name), after: ["plan"], compensateWith: "researcher")
            .Step("draft", "coder", Do.Work(), after: ["plan"], compensateWith: "coder")
            .Step("review", "critic", fourth, after: ["read", "draft"])
            .Step("publish", "publisher", Do.Work(), after: ["review"])
            .Within(TimeSpan.FromHours(2))
            .Build();

    public static async Task<Guid> BallotAsync(
        this MonitorHost host,
        string question,
        object says,
        string until = "people",
        Func<BallotRequest, BallotRequest>? change = null
    )
    {
        var request = new BallotRequest
        {
            Policy = "merge",
            Question = question,
            Options = [BallotRequest.Option("yes", new { patch = 812 }), BallotRequest.Option("no")],
            Subject = says,
            SafeOption = "no",
            Flags = ["fraud"],
            Evidence = ["ticket/4711"],
            Requester = "shop",
        };
        var id = await host.Ballots.OpenAsync(change?.Invoke(request) ?? request);
        await Eventually.Until(async () => (await host.Ballots.GetAsync(id))?.Status == until, Patience, $"a ballot that is {until}");
        return id;
    }

    /// <summary>Messages that came to an endpoint and were parked, with a body its contract allows or not.</summary>
    public static async Task<IReadOnlyList<long>> LettersAsync(
        this MonitorHost host,
        int count,
        string detail,
        string reason = "HANDLER_FAILED",
        Guid? run = null,
        string error = "System.TimeoutException",
        string requestedBy = "shop"
    )
    {
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var envelopes = host.Services.GetRequiredService<EnvelopeFactory>();
        List<long> ids = [];
        for (var i = 0; i < count; i++)
        {
            var id = run ?? Guid.CreateVersion7();
            var message = ContractOutgoing.To(
                Wire.RunsEndpoint,
                new CancelRun { RunId = id, RequestedBy = requestedBy },
                envelopes.Root(id) with
                {
                    RunId = id,
                }
            );
            await letters.ParkAsync(
                new ParkedMessage
                {
                    Endpoint = Wire.RunsEndpoint,
                    Reason = reason,
                    Detail = detail,
                    Message = message,
                    Attempts = 3,
                    Failures = [new FreshFailure(1, reason, error, detail.Length > 400 ? detail[..400] : detail, TimeSpan.FromSeconds(9))],
                }
            );
            ids.Add((await letters.ListAsync(new LetterFilter { GroupId = message.GroupId }, 1))[0].Id);
        }
        return ids;
    }

    public static Guid Id(this JsonElement element, string name) => element.GetProperty(name).GetGuid();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    public static IEnumerable<JsonElement> Rows(this JsonElement page) => page.GetProperty("rows").EnumerateArray();
}
