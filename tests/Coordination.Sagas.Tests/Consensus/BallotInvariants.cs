using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>What holds in every state of every ballot.</summary>
internal static class BallotInvariants
{
    public static void ShouldHold(BallotState? before, BallotState state, IReadOnlyList<BallotAction> all)
    {
        var decided = state.Status == BallotStatus.Decided;
        all.OfType<BallotAction.Decide>().Count().ShouldBe(decided ? 1 : 0, "one decision");
        var published = all.OfType<BallotAction.Publish>().Select(publish => publish.Message).ToArray();
        published.OfType<BallotOpened>().Count().ShouldBe(1);
        published.OfType<BallotDecided>().Count().ShouldBe(decided ? 1 : 0, "the decision is published once");
        published
            .OfType<BallotClosed>()
            .Count()
            .ShouldBe(state.Status == BallotStatus.Voting ? 0 : 1, "the end of the voting is published once");
        state.EndsAt.HasValue.ShouldBe(!decided, "whatever waits has a deadline");
        state.Round.ShouldBeInRange(1, 1 + state.Opening.Policy.DebateRounds);
        state.Asked.ShouldBeInRange(1, state.Opening.Seats.Length);
        state.Votes.Select(v => (v.Voter, v.Round)).ShouldBeUnique();
        state.Answers.Select(a => a.Person).ShouldBeUnique();
        if (before?.Status == BallotStatus.Decided)
        {
            (state with { RecordCount = 0, RecordHash = "", Right = null }).ShouldBe(
                before with
                {
                    RecordCount = 0,
                    RecordHash = "",
                    Right = null,
                },
                "a decision stays"
            );
        }
        var row = new BallotSaga { CorrelationId = state.Opening.BallotId };
        row.Store(state);
        Text(row.Load()).ShouldBe(Text(state), "what is stored comes back as it was");
    }

    private static string Text(BallotState state) =>
        JsonSerializer.Serialize(state, BallotJson.Default.BallotState)
        + JsonSerializer.Serialize(state.Opening, BallotJson.Default.BallotOpening);
}
