using Coordination.Monitor.Browser.Tests.Hosts;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>A route as a person opens it, and what has to be on it.</summary>
internal sealed record Place(string Name, Func<Seeded, string> Route, string Heading, string Shows);

/// <summary>Every route, and every view of a run.</summary>
internal static class Places
{
    private static readonly string[] RunTabs =
    [
        "timeline",
        "graph",
        "messages",
        "state",
        "votes",
        "effects",
        "waits",
        "payloads",
        "causes",
        "audit",
    ];

    private static readonly Place[] Fixed =
    [
        new("overview", _ => "/", "Overview", "Which account is to be credited?"),
        new("runs", _ => "/runs", "Runs", "nightly check 39"),
        new("runs with a query", _ => "/runs?q=status:failed", "Runs", "merge patch #812"),
        new("runs with a run beside them", world => $"/runs?open={world.Failed}", "Runs", "merge patch #812"),
        new("comparison", world => $"/runs/compare?a={world.Done}&b={world.Failed}", "Compare two runs", "review"),
        new("consensus", _ => "/consensus", "Consensus", "although one test is red?"),
        new("voters", _ => "/consensus/voters", "Calibration of voters", "voter"),
        new("an open ballot", world => $"/consensus/{world.OpenBallot}", "Ballot", "None of them"),
        new("a decided ballot", world => $"/consensus/{world.DecidedBallot}", "Ballot", "Because yes is what the tests say."),
        new("effects", _ => "/effects", "Effects", "pay supplier"),
        new("timers", _ => "/timers", "Timers", "translate manual"),
        new("dead letters", _ => "/dead-letters", "Dead letters", "7 messages parked in 2 groups"),
        new("a group of dead letters", world => $"/dead-letters/{world.Group}", "", "Retry the group"),
        new("all dead letters", _ => "/dead-letters/all", "All dead letters", "The order has no amount"),
        new("a dead letter", world => $"/dead-letters/m/{world.Letter}", "Dead letter", "The order has no amount"),
        new("agents", _ => "/agents", "Agents", "researcher"),
        new("an agent", _ => "/agents/coder", "coder", "Instances"),
        new("flow", _ => "/flow", "Flow", "Outbox"),
        new("operations", _ => "/operations", "Operations", "superseded by the new import"),
        new("an operation", world => $"/operations/{world.Operation}", "Cancel run", "superseded by the new import"),
        new("audit", _ => "/audit", "Audit", "superseded by the new import"),
        new("settings", _ => "/settings", "Settings", "Density of lists"),
        new("a message from a log", world => $"/m/{world.Message}", "merge patch #812", "review"),
    ];

    private static readonly Dictionary<string, string> OnTab = new(StringComparer.Ordinal)
    {
        ["timeline"] = "review",
        ["graph"] = "review",
        ["messages"] = "step.execute.v1",
        ["state"] = "review",
        ["votes"] = "merge patch #812",
        ["effects"] = "mail",
        ["waits"] = "The order has no amount",
        ["payloads"] = "This reading was written into the audit.",
        ["causes"] = "review",
        ["audit"] = "merge patch #812",
    };

    public static IReadOnlyList<Place> All { get; } =
    [
        .. Fixed,
        .. RunTabs.Select(tab => new Place($"a run: {tab}", world => $"/runs/{world.Failed}/{tab}", "merge patch #812", OnTab[tab])),
        new Place(
            "a run that votes",
            world => $"/runs/{world.Voting}/votes",
            "publish the release notes",
            "Are the release notes good enough?"
        ),
        new Place("a run that asks", world => $"/runs/{world.Asking}", "refund 4711", "Which account is to be credited?"),
        new Place("a run at a moment", world => $"/runs/{world.Failed}/state?at=3", "merge patch #812", "as of event 3"),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => All.Select(place => new TheoryDataRow<string>(place.Name));

    public static Place Of(string name) => All.Single(place => place.Name == name);
}
