namespace Coordination.Monitor;

/// <summary>How a ballot was decided, in words. Pure.</summary>
internal static class BallotWords
{
    public static string Decided(BallotSummary ballot) =>
        (ballot.DecidedBy, ballot.Option) switch
        {
            ("people", { } option) => $"{(ballot.People > 1 ? "people" : "a person")} decided '{option}'",
            ("people", null) => $"{(ballot.People > 1 ? "people" : "a person")} decided that nothing may be done",
            ("arbiter", { } option) => $"the arbiter decided '{option}'",
            ("safe-option", { } option) => $"the voters did not decide, so it was the safe option '{option}'",
            ("votes", { } option) => $"the voters decided '{option}'",
            (_, { } option) => $"it was decided '{option}'",
            _ => "nothing was decided, so nothing may be done",
        };
}
