using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Who votes, in which panels, under which tier; and what is not opened at all.</summary>
public sealed class BallotOpeningTests
{
    [Fact]
    [Trait("req", "VOTE-18")]
    public void A_unanimous_first_panel_costs_three_votes()
    {
        var ballot = Panels();
        ballot.Asked.ShouldBe(["v0", "v1", "v2"]);

        ballot.Vote("v0", "refund").Vote("v1", "refund").Decided.ShouldBe("open", "whether all are of one mind shows with the last");
        ballot.Vote("v2", "refund").Decided.ShouldBe("refund by votes");

        ballot.All.OfType<BallotAction.Ask>().Count().ShouldBe(3);
    }

    [Fact]
    [Trait("req", "VOTE-18")]
    public void A_split_panel_is_widened_to_five_and_seven()
    {
        var ballot = Panels();
        ballot.Vote("v3", "refund").LastVote.Treatment.ShouldBe(VoteTreatment.NotAsked);
        ballot.Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review");
        ballot.Asked.ShouldBe(["v3", "v4"]);

        ballot.Vote("v3", "refund").Vote("v4", "review");
        ballot.Asked.ShouldBe(["v5", "v6"]);

        ballot.Vote("v5", "refund").Decided.ShouldBe("refund by votes");
    }

    [Fact]
    [Trait("req", "VOTE-04")]
    [Trait("req", "VOTE-18")]
    public void Nobody_is_asked_for_a_vote_that_changes_nothing()
    {
        var ballot = Panels().Vote("v0", "refund").Vote("v1", "refund").Vote("v2", "review");

        // Four of seven: the last two cannot make a difference.
        ballot.Vote("v3", "refund").Vote("v4", "refund");

        ballot.Decided.ShouldBe("refund by votes");
        ballot.All.OfType<BallotAction.Ask>().Count().ShouldBe(5);
    }

    [Fact]
    [Trait("req", "VOTE-18")]
    public void A_silent_panel_is_widened_at_its_deadline()
    {
        var ballot = Panels().Vote("v0", "refund").Fire();

        ballot.Asked.ShouldBe(["v3", "v4"]);
        ballot.Vote("v1", "refund").LastVote.Treatment.ShouldBe(VoteTreatment.Counted, "who was asked may still vote");
    }

    [Fact]
    [Trait("req", "VOTE-06")]
    [Trait("req", "VOTE-18")]
    public void The_first_panel_has_everybody_whose_objection_would_count()
    {
        var voters = Ballots.Voters(7);
        foreach (var i in new[] { 3, 4, 5, 6 })
            voters[i] = voters[i] with { VetoDomains = ["payments"] };
        var policy = Ballots.Policy() with { Panels = [3, 5], Domain = "payments" };

        BallotScript.Of(voters, policy).Asked.ShouldBe(["v3", "v4", "v5", "v6", "v0"]);
        // Without a domain every holder of a veto may use it.
        BallotScript.Of(voters, policy with { Domain = null }).Asked.ShouldBe(["v3", "v4", "v5", "v6", "v0"]);
        BallotScript.Of(voters, policy with { Domain = "support" }).Asked.ShouldBe(["v0", "v1", "v2"]);
    }

    [Fact]
    [Trait("req", "VOTE-09")]
    public void A_first_panel_has_as_many_families_as_there_are()
    {
        var voters = Ballots.Voters(5);
        voters[1] = voters[1] with { Family = "f0" };
        voters[2] = voters[2] with { Family = "f0" };

        BallotScript.Of(voters, Ballots.Policy() with { Panels = [3] }).Asked.ShouldBe(["v0", "v3", "v4"]);
    }

    [Fact]
    [Trait("req", "VOTE-18")]
    public void No_panel_is_smaller_than_the_tier_asks_for()
    {
        var voters = Signing(7);
        var policy = Ballots.Policy() with { Panels = [3, 5] };

        BallotScript.Of(voters, policy).Asked.Count.ShouldBe(3);
        BallotScript.Of(voters, policy with { Tier = RiskTier.T2 }).Asked.Count.ShouldBe(5);
        BallotScript.Of(voters, policy, Ballots.Message with { Tier = "T2" }).Asked.Count.ShouldBe(5);
    }

    [Fact]
    [Trait("req", "VOTE-12")]
    public void A_requester_may_raise_the_tier()
    {
        var opening = BallotScript.Of(Signing(5), message: Ballots.Message with { Tier = "T2" }).Record[0].Opening!;

        opening.Policy.Tier.ShouldBe(RiskTier.T2);
        opening.Policy.Signed.ShouldBeTrue();
        (opening.Policy.Rule.Kind, opening.Policy.Rule.Threshold, opening.Policy.Rule.Diversity).ShouldBe(
            (QuorumKind.Weighted, WeightThreshold.TwoThirds, 2)
        );
    }

    [Fact]
    [Trait("req", "VOTE-12")]
    public void A_lower_tier_is_ignored_and_recorded()
    {
        foreach (var asked in new[] { "T0", "T1", "T2" })
        {
            var ballot = BallotScript.Of(Signing(4), Ballots.Policy() with { Tier = RiskTier.T3 }, Ballots.Message with { Tier = asked });
            var opening = ballot.Record[0].Opening!;

            (opening.Policy.Tier, opening.TierAsked).ShouldBe((RiskTier.T3, Enum.Parse<RiskTier>(asked)));
            (opening.Policy.Rule.Kind, opening.Policy.Rule.Diversity, opening.Policy.Approval).ShouldBe((QuorumKind.Byzantine, 3, true));
        }
    }

    [Fact]
    [Trait("req", "VOTE-09")]
    public void A_ballot_whose_voters_lack_families_is_refused()
    {
        var voters = Signing(5).Select(voter => voter with { Family = "f0" }).ToArray();

        Refused(Ballots.Host(Ballots.Policy() with { Tier = RiskTier.T2 }, voters))
            .ShouldContain("voters of 1 model family; the policy needs 2");
        voters[4] = voters[4] with { Family = "f1" };
        Refused(Ballots.Host(Ballots.Policy() with { Tier = RiskTier.T3 }, voters))
            .ShouldContain("voters of 2 model families; the policy needs 3");
        Refused(Ballots.Host(Ballots.Policy(), voters), Ballots.Message with { Tier = "T3" }).ShouldContain("the policy needs 3");
    }

    [Fact]
    public void A_ballot_that_lacks_voters_or_keys_is_refused()
    {
        Refused(Ballots.Host(Ballots.Policy(), Ballots.Voters(2))).ShouldContain("has 2 voters; tier T1 needs 3 at least");
        Refused(Ballots.Host(Ballots.Policy(), Ballots.Voters(5)), Ballots.Message with { Tier = "T2" })
            .ShouldContain("voter 'v0' has no public key; votes of tier T2 are signed");
        Refused(
                Ballots.Host(
                    Ballots.Policy() with
                    {
                        Arbiter = "judge",
                        OnSplit = Fallback.Arbiter,
                    },
                    [.. Signing(5), Ballots.Voter("judge", "x")]
                ),
                Ballots.Message with
                {
                    Tier = "T2",
                }
            )
            .ShouldContain("its arbiter 'judge' has no public key");
    }

    [Fact]
    public void A_ballot_of_unknown_voters_or_policy_is_refused()
    {
        var host = Ballots.Host(Ballots.Policy() with { Arbiter = "v4", OnSplit = Fallback.Arbiter }, Ballots.Voters(5));

        var (opening, problems) = host.TryOpen(Ballots.Message with { Voters = ["v0", "v9", "v0", "v4"] });

        opening.ShouldBeNull();
        problems
            .Select(problem => problem.Message)
            .ShouldBe([
                "voters[1]: 'v9' is not defined at the host.",
                "voters[2]: 'v0' is in the list already: one vote a principal.",
                "voters[3]: 'v4' is the policy's arbiter.",
            ]);
        Refused(host, Ballots.Message with { Policy = "other" }).ShouldContain("'other' is not defined; the host has refund");
        var empty = new ConsensusOptions();
        empty.Policies.Add(Ballots.Policy());
        Refused(empty).ShouldContain("are named neither here nor by the policy");
    }

    [Fact]
    public void A_weighted_ballot_in_which_nobody_has_weight_is_refused()
    {
        var judged = Enumerable.Range(0, 3).ToDictionary(i => $"v{i}", _ => new Competence(100, 30, 50));

        var (opening, problems) = Ballots.Host(Ballots.Policy(QuorumKind.Weighted), Ballots.Voters(3)).TryOpen(judged: judged);

        opening.ShouldBeNull();
        problems.ShouldHaveSingleItem().Message.ShouldContain("has no weight");
    }

    [Fact]
    public void A_ballot_may_name_its_voters_domain_and_time()
    {
        var host = Ballots.Host(Ballots.Policy(), Ballots.Voters(5));
        var message = Ballots.Message with { Voters = ["v4", "v1", "v0"], Domain = "support", DeadlineMs = 5_000 };

        var opening = host.TryOpen(message).Opening!;

        opening.Seats.Select(seat => seat.Elector.Voter).ShouldBe(["v4", "v1", "v0"]);
        (opening.Domain, opening.Deadline).ShouldBe(("support", TimeSpan.FromSeconds(5)));
        new OpeningCheck(host).DomainOf(message).ShouldBe("support");
        new OpeningCheck(host).DomainOf(Ballots.Message).ShouldBe("refund");
    }

    [Fact]
    [Trait("req", "VOTE-12")]
    public void A_requester_cannot_leave_out_who_may_object_or_take_the_ballot_to_another_domain()
    {
        VoterProfile[] voters = [.. Ballots.Voters(4), Ballots.Voter("fraud-desk", "f8") with { ExpertDomains = ["fraud"] }];
        var host = Ballots.Host(Ballots.Policy() with { Domain = "payments" }, voters);

        var (opening, problems) = host.TryOpen(Ballots.Message with { Voters = ["v0", "v1", "v2"], Domain = "support" });

        opening.ShouldBeNull();
        problems.Select(problem => problem.Path).ShouldBe(["voters", "domain"]);
        problems[0].Message.ShouldContain("leave out 'fraud-desk'");
    }

    [Fact]
    [Trait("req", "VOTE-13")]
    public void An_option_that_does_something_is_never_the_safe_one() =>
        ContractRules
            .Check(
                Ballots.Message with
                {
                    Options =
                    [
                        new BallotOption
                        {
                            Name = "refund",
                            Arguments = System.Text.Json.JsonSerializer.SerializeToElement(new { cents = 1 }),
                        },
                        new BallotOption { Name = "review" },
                    ],
                    SafeOption = "refund",
                }
            )
            .ShouldHaveSingleItem()
            .Path.ShouldBe("safeOption");

    private static BallotScript Panels() => BallotScript.Of(7, Ballots.Policy() with { Panels = [3, 5, 7] });

    private static VoterProfile[] Signing(int voters) => [.. Ballots.Voters(voters).Select(voter => voter.Signing())];

    private static string Refused(ConsensusOptions host, OpenBallot? message = null)
    {
        var (opening, problems) = host.TryOpen(message);
        opening.ShouldBeNull();
        problems.ShouldNotBeEmpty();
        problems.ShouldAllBe(problem => problem.Code == ReasonCode.AdmissionDenied);
        return string.Join('\n', problems.Select(problem => problem.Message));
    }
}
