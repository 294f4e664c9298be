using Coordination.Sagas.Consensus;

namespace Coordination.Monitor.Tests.Ballots;

public sealed class RuleWordsTests
{
    private static BallotOpening Opening(BallotPolicy policy, params string[] voters) =>
        new()
        {
            BallotId = Guid.Empty,
            Policy = policy,
            Question = "?",
            Options = [new() { Name = "yes" }, new() { Name = "no" }],
            SafeOption = "no",
            Flags = ["fraud"],
            Seats =
            [
                .. voters.Select(voter => new Seat(
                    new Elector
                    {
                        Voter = voter,
                        Family = voter,
                        ExpertDomains = voter == "desk" ? ["fraud"] : [],
                        VetoDomains = voter == "desk" ? ["fraud"] : [],
                    },
                    1,
                    [],
                    null
                )),
            ],
            Requester = "svc",
            OpenedAt = default,
            Deadline = TimeSpan.FromMinutes(1),
            ContentHash = "",
        };

    [Fact]
    public void A_rule_is_said_with_everything_that_can_stop_a_majority() =>
        RuleWords
            .Of(
                Opening(
                    new BallotPolicy
                    {
                        Name = "p",
                        Tier = RiskTier.T3,
                        Signed = true,
                        Approval = true,
                        DebateRounds = 1,
                        OnSplit = Fallback.ExtendThenSafeOption,
                        Rule = new TallyRule
                        {
                            Kind = QuorumKind.Byzantine,
                            Diversity = 3,
                            SilentVeto = SilentVeto.Escalate,
                        },
                    },
                    "a",
                    "b",
                    "c",
                    "desk"
                )
            )
            .ShouldBe(
                "Byzantine: an option needs 3 of 4 voters, so that it holds even if 1 of them lie. Voters of at least 3 model families have to be for it. "
                    + "desk may veto, with a reason and evidence, and must be heard. Dissent of an expert for fraud goes to people. "
                    + "A vote less than 60 % sure counts as an abstention. After a split there is 1 round of debate. Votes are signed. "
                    + "What the voters decide 2 people approve. "
                    + "After a split they get their time once more, then it is no; where too few vote, people are asked."
            );

    [Theory]
    [InlineData(QuorumKind.Majority, "Majority: an option needs more than half of 3 voters: 2.")]
    [InlineData(QuorumKind.TwoThirds, "Two thirds: an option needs more than two thirds of 3 voters: 3.")]
    [InlineData(QuorumKind.KOfN, "1 of 3: an option needs 1 voters, and more than any other.")]
    [InlineData(QuorumKind.Unanimity, "Unanimity: all 3 voters have to be for an option.")]
    [InlineData(QuorumKind.Weighted, "Weighted: an option needs more than half of the weight of all 3 voters: more than 1.5 of 3.")]
    public void Each_kind_of_quorum_has_its_words(QuorumKind kind, string words) =>
        RuleWords
            .Of(
                Opening(
                    new BallotPolicy
                    {
                        Name = "p",
                        Rule = new TallyRule { Kind = kind, K = 1 },
                    },
                    "a",
                    "b",
                    "c"
                )
            )
            .ShouldStartWith(words);
}
