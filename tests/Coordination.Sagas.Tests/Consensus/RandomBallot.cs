using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Voters, strangers, people and timers around one ballot, driven by numbers.</summary>
internal sealed class RandomBallot
{
    private readonly List<(IBallotMessage Message, string? User)> delivered = [];
    private readonly BallotScript ballot;
    private readonly string[] names;

    public RandomBallot(Random random)
    {
        BallotOpening? opening;
        do opening = Host(random, out var message).TryOpen(message).Opening;
        while (opening is null);
        ballot = new BallotScript(opening);
        names = [.. opening.Seats.Select(seat => seat.Elector.Voter), "judge", "stranger"];
    }

    public void Happen(int choice)
    {
        ballot.Wait(TimeSpan.FromMilliseconds(choice % 7));
        var pick = choice / 16;
        switch (choice % 16)
        {
            case <= 8:
                Deliver(Vote(pick), pick % 41 == 0 ? "somebody" : null);
                break;
            case 9 when delivered.Count > 0:
                var (again, user) = delivered[pick % delivered.Count];
                Deliver(again, user);
                break;
            case 10 when ballot.State.EndsAt is not null && pick % 3 == 0:
                ballot.Fire();
                break;
            case 11:
                ballot.Fire(pick % 5);
                break;
            case 12 or 13:
                Deliver(
                    new AnswerBallot
                    {
                        BallotId = ballot.State.Opening.BallotId,
                        AnsweredBy = pick % 4 == 0 ? names[pick % names.Length] : $"person{pick % 3}",
                        Option = (pick % 7) switch
                        {
                            0 => null,
                            1 => "both",
                            var n => n % 2 == 0 ? "refund" : "review",
                        },
                    },
                    null
                );
                break;
            case 14 when pick % 12 == 0:
                Deliver(new CancelBallot { BallotId = ballot.State.Opening.BallotId, RequestedBy = "helpdesk" }, null);
                break;
            case 15:
                Deliver(
                    new ReportOutcome
                    {
                        BallotId = ballot.State.Opening.BallotId,
                        Right = pick % 3 == 0 ? "both" : "refund",
                        ReportedBy = "audit",
                    },
                    null
                );
                break;
            default:
                ballot.Wait(TimeSpan.FromSeconds(pick % 20));
                break;
        }
    }

    /// <summary>Nobody says anything any more: timers alone bring the ballot to its end, and nothing changes it afterwards.</summary>
    public BallotScript LetEveryTimerFire()
    {
        var (fired, begin) = (0, ballot.Now);
        while (ballot.State.Status != BallotStatus.Decided)
        {
            ballot.Fire();
            (++fired).ShouldBeLessThanOrEqualTo(8, "panels, rounds, one extension, the arbiter, people");
        }
        (ballot.Now - begin).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(8) + TimeSpan.FromDays(1));
        var decision = ballot.Decided;
        foreach (var (message, user) in delivered.ToArray())
            Deliver(message, user);
        ballot.Decided.ShouldBe(decision);
        return ballot;
    }

    private CastVote Vote(int pick) =>
        ballot.Cast(
            names[pick % names.Length],
            (pick % 23) switch
            {
                0 => "both",
                1 or 2 => Coordination.Sagas.Consensus.Vote.Abstain,
                3 => Coordination.Sagas.Consensus.Vote.Recused,
                var n => n % 2 == 0 ? "refund" : "review",
            },
            (pick % 11) switch
            {
                0 => 0.5,
                1 => 1.5,
                2 => double.NaN,
                3 => 0.9,
                _ => null,
            },
            (pick % 13) switch
            {
                0 => new VoteVeto { Reason = "PATTERN", Evidence = "card:99" },
                1 => new VoteVeto { Reason = "PATTERN" },
                _ => null,
            },
            pick % 3 == 0 ? $"e{pick % 5}" : null,
            pick % 17 == 0 ? 1 + pick % 4 : null
        );

    private void Deliver(IBallotMessage message, string? user)
    {
        delivered.Add((message, user));
        // What never left the database has no user of the broker: that it did not is all there is to say whose it is.
        var fromHere = user is null && delivered.Count % 3 == 0;
        ballot.Receive(message, fromHere ? null : user ?? (message as CastVote)?.Voter, fromHere);
    }

    private static ConsensusOptions Host(Random random, out OpenBallot message)
    {
        var tier = Pick(random, RiskTier.T1, RiskTier.T1, RiskTier.T1, RiskTier.T1, RiskTier.T2, RiskTier.T3);
        VoterProfile[] voters =
        [
            .. Enumerable
                .Range(0, random.Next(3, 8))
                .Select(i =>
                    Ballots.Voter($"v{i}", $"f{random.Next(5)}") with
                    {
                        VetoDomains = random.Next(9) == 0 ? ["payments"] : [],
                        ExpertDomains = random.Next(7) == 0 ? ["fraud"] : [],
                    }
                ),
            Ballots.Voter("judge", "f9"),
        ];
        if (tier != RiskTier.T1)
            voters = [.. voters.Select(voter => voter.Signing())];
        var fallbacks = Enum.GetValues<Fallback>();
        message = Ballots.Message with
        {
            Flags = random.Next(2) == 0 ? ["fraud"] : null,
            SafeOption = random.Next(4) == 0 ? null : "review",
            Tier = Pick(random, null, "T0", "T1"),
        };
        return Ballots.Host(
            new BallotPolicy
            {
                Name = "refund",
                Tier = tier,
                Domain = Pick(random, null, "payments", "support"),
                Arbiter = "judge",
                Panels = Pick<int[]>(random, [], [], [3], [3, 5]) is var panels ? [.. panels] : [],
                DebateRounds = Pick(random, 0, 0, 1, 2),
                OnSplit = Pick(random, fallbacks),
                OnNoQuorum = Pick(random, fallbacks),
                Approval = random.Next(6) == 0,
                Rule = new TallyRule
                {
                    Kind = Pick(random, Enum.GetValues<QuorumKind>()),
                    K = random.Next(1, 4),
                    Diversity = Pick(random, 1, 1, 2),
                    SilentVeto = Pick(random, SilentVeto.Decide, SilentVeto.Escalate),
                },
            },
            voters
        );
    }

    private static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];
}
