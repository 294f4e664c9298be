using System.Security.Cryptography;
using Coordination.Contracts.V1;

namespace Coordination.Contracts.Tests;

/// <summary>A signed vote says who cast it and that nothing in it was changed (T2).</summary>
public sealed class VoteSignatureTests
{
    private static readonly CastVote Vote = new()
    {
        BallotId = Guid.Parse("0198c5a0-9e3f-7f74-8c5d-4b8f3a2e6d7c"),
        VoteId = Guid.Parse("0198c5a0-af40-7085-9d6e-5c904b3f7e8d"),
        Round = 1,
        Voter = "fraud-desk",
        Choice = "review",
        Confidence = 0.9,
        Rationale = "Third charge-back of this card.",
        Evidence = ["card:99"],
        Veto = new VoteVeto { Reason = "pattern", Evidence = "card:99" },
    };

    public static TheoryData<string, CastVote> Changes =>
        new()
        {
            { "ballot", Vote with { BallotId = Guid.NewGuid() } },
            { "vote id", Vote with { VoteId = Guid.NewGuid() } },
            { "round", Vote with { Round = 2 } },
            { "voter", Vote with { Voter = "refund-a" } },
            { "choice", Vote with { Choice = "refund" } },
            { "confidence", Vote with { Confidence = 0.99 } },
            { "no confidence", Vote with { Confidence = null } },
            { "rationale", Vote with { Rationale = "" } },
            { "evidence", Vote with { Evidence = ["card:98"] } },
            { "evidence split", Vote with { Evidence = ["card:", "99"] } },
            { "no evidence", Vote with { Evidence = null } },
            { "veto", Vote with { Veto = null } },
            { "veto's reason", Vote with { Veto = Vote.Veto! with { Reason = null } } },
            { "question", Vote with { QuestionHash = "00" } },
            { "model", Vote with { Model = "m" } },
        };

    [Theory, MemberData(nameof(Changes))]
    [Trait("req", "VOTE-03")]
    public void A_signature_covers_every_member(string what, CastVote changed)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = VoteSignature.Sign(Vote, key).Signature;

        VoteSignature.IsSigned(Vote with { Signature = signature }, key).ShouldBeTrue();
        VoteSignature.IsSigned(changed with { Signature = signature }, key).ShouldBeFalse(what);
    }

    [Fact]
    [Trait("req", "VOTE-03")]
    public void Nobody_elses_key_and_no_nonsense_passes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        VoteSignature.IsSigned(VoteSignature.Sign(Vote, other), key).ShouldBeFalse();
        VoteSignature.IsSigned(Vote, key).ShouldBeFalse();
        VoteSignature.IsSigned(Vote with { Signature = "not base64!" }, key).ShouldBeFalse();
        VoteSignature.IsSigned(Vote with { Signature = "AAAA" }, key).ShouldBeFalse();
    }
}
