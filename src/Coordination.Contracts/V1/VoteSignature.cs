using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coordination.Contracts.V1;

/// <summary>
/// Signs votes so that they stay provable when the broker that carried them is gone: ECDSA P-256 with SHA-256 over every member of the vote but the signature,
/// each written as its length in bytes, a colon and its UTF-8 text, an absent one as <c>-</c>.
/// </summary>
public static class VoteSignature
{
    /// <summary>The bytes that are signed.</summary>
    public static byte[] Payload(CastVote vote)
    {
        var text = new StringBuilder();
        Add(text, "coordination.vote.v1");
        Add(text, vote.BallotId.ToString("D"));
        Add(text, vote.VoteId.ToString("D"));
        Add(text, vote.Round.ToString(CultureInfo.InvariantCulture));
        Add(text, vote.Voter);
        Add(text, vote.Choice);
        Add(text, vote.Confidence?.ToString("R", CultureInfo.InvariantCulture));
        Add(text, vote.Rationale);
        Add(text, vote.Evidence is null ? null : vote.Evidence.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var reference in vote.Evidence ?? [])
        {
            Add(text, reference);
        }

        Add(text, vote.Veto is null ? null : "veto");
        Add(text, vote.Veto?.Reason);
        Add(text, vote.Veto?.Evidence);
        Add(text, vote.QuestionHash);
        Add(text, vote.Model);
        Add(text, vote.PromptHash);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The vote with its signature.</summary>
    public static CastVote Sign(CastVote vote, ECDsa privateKey) =>
        vote with
        {
            Signature = Convert.ToBase64String(privateKey.SignData(Payload(vote), HashAlgorithmName.SHA256)),
        };

    /// <summary>Whether the vote carries a signature of this key over exactly its content.</summary>
    public static bool IsSigned(CastVote vote, ECDsa publicKey)
    {
        if (vote.Signature is not { Length: > 0 and <= 200 } signature)
        {
            return false;
        }

        try
        {
            return publicKey.VerifyData(Payload(vote), Convert.FromBase64String(signature), HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }

    private static void Add(StringBuilder text, string? value)
    {
        if (value is null)
        {
            text.Append('-');
            return;
        }

        text.Append(Encoding.UTF8.GetByteCount(value).ToString(CultureInfo.InvariantCulture)).Append(':').Append(value);
    }
}
