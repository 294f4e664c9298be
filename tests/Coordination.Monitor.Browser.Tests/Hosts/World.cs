using Coordination.Workers;

namespace Coordination.Monitor.Browser.Tests.Hosts;

/// <summary>A host with something of everything, for tests that only look. Made with the first test that asks for it.</summary>
public sealed class World : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private Seeded? made;

    internal async Task<Seeded> SeededAsync()
    {
        await gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return made ??= await Seeded.MakeAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (made is not null)
            await made.Host.DisposeAsync();
        gate.Dispose();
    }
}

/// <summary>What is on the host of <see cref="World"/>.</summary>
internal sealed class Seeded
{
    public required MonitorHost Host { get; init; }
    public required Guid Failed { get; init; }
    public required Guid Done { get; init; }
    public required Guid Asking { get; init; }
    public required Guid Doubtful { get; init; }
    public required Guid Voting { get; init; }
    public required Guid OpenBallot { get; init; }
    public required Guid DecidedBallot { get; init; }
    public required long Letter { get; init; }
    public required string Group { get; init; }
    public required Guid Operation { get; init; }
    public required Guid Message { get; init; }

    public static async Task<Seeded> MakeAsync()
    {
        var host = await MonitorHost.StartAsync();
        var done = await host.RunAsync(Seed.Patch("merge patch #811", Do.Work()), "completed");
        var failed = await host.RunAsync(
            Seed.Patch("merge patch #812", Do.Fail("The patch writes outside of the sandbox: /etc/passwd")),
            "failed",
            new SubmitOptions { Requester = "release-train", BusinessScope = "patch/812" }
        );
        var asking = await host.RunAsync(Seed.OneStep("refund 4711", Do.Ask("Which account is to be credited?"), "planner"), "input-wait");
        var doubtful = await host.RunAsync(Seed.OneStep("pay supplier", Do.Doubt("LOST-4711"), "publisher"), "input-wait");
        await host.RunAsync(Seed.OneStep("index the archive", Do.Wait("12,000 of 30,000 files read"), "researcher"), "dispatched");
        await host.RunAsync(Seed.OneStep("translate manual", Do.Retry("The provider is busy (429)")), "retry-wait");
        var voting = await host.RunAsync(VotePlan(), "ballot-wait");
        for (var i = 0; i < 40; i++)
            await host.RunAsync(Seed.OneStep($"nightly check {i}", Do.Work()));

        var open = await host.BallotAsync(
            "Merge patch #812 although one test is red?",
            new
            {
                careful = "yes",
                quick = "yes",
                security = "no",
            }
        );
        var decided = await host.BallotAsync(
            "Merge patch #811?",
            new
            {
                careful = "yes",
                quick = "yes",
                security = "yes",
            },
            "decided",
            request => request with { Flags = [] }
        );
        await host.LettersAsync(6, "The provider did not answer within 30 s");
        var letter = (await host.LettersAsync(1, "The order has no amount", "SCHEMA_INVALID", failed, "System.Text.Json.JsonException"))[0];
        var cancelled = await host.RunAsync(Seed.OneStep("old import", Do.Wait()), "dispatched");
        var operation = await host.OperateAsync(
            new
            {
                kind = "run.cancel",
                targets = new[] { new { run = cancelled } },
                reason = "superseded by the new import",
            },
            "ann"
        );
        await host.UntilRunAsync(cancelled, "cancelled");
        // A line of the audit of another kind.
        await host.GetAsync($"dead-letters/{letter}", "ann");
        var groups = await host.UntilAsync("dead-letters/groups", page => page.Rows().Count() == 2);
        var list = await host.UntilAsync("runs?limit=100", page => page.Rows().Count() >= 48);
        list.Rows().ShouldNotBeEmpty();
        var events = await host.GetAsync($"runs/{failed}/events");
        return new Seeded
        {
            Host = host,
            Done = done,
            Failed = failed,
            Asking = asking,
            Doubtful = doubtful,
            Voting = voting,
            OpenBallot = open,
            DecidedBallot = decided,
            Letter = letter,
            Group = groups.Rows().First().Text("fingerprint"),
            Operation = operation.Id("id"),
            Message = events.Rows().Last().Id("messageId"),
        };
    }

    private static Coordination.Contracts.V1.RunPlan VotePlan() =>
        Plan.Named("publish the release notes")
            .Step("write", "coder", Do.Work())
            .Step(
                "publish",
                "publisher",
                new
                {
                    @do = "work",
                    careful = "yes",
                    quick = "no",
                    security = "no",
                },
                after: ["write"],
                decision: new Coordination.Contracts.V1.DecisionPlan
                {
                    Policy = "merge",
                    Question = "Are the release notes good enough?",
                    Allow = "yes",
                    Others = ["no"],
                    Flags = ["fraud"],
                }
            )
            .Within(TimeSpan.FromHours(2))
            .Build();
}
