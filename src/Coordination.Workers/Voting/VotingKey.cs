using System.Security.Cryptography;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>A voter's private key, ECDSA on P-256: its votes stay provable when the broker that carried them is gone.</summary>
public sealed class VotingKey
{
    private readonly Lock gate = new();
    private readonly ECDsa key;

    private VotingKey(ECDsa key) => this.key = key;

    /// <summary>From PEM text with a private key (<c>BEGIN PRIVATE KEY</c> or <c>BEGIN EC PRIVATE KEY</c>).</summary>
    /// <exception cref="ArgumentException">It holds no private key on P-256.</exception>
    public static VotingKey FromPem(string pem)
    {
        var read = ECDsa.Create();
        try
        {
            read.ImportFromPem(pem);
            return From(read);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            read.Dispose();
            throw new ArgumentException("The PEM text holds no private ECDSA key on P-256 (secp256r1).", nameof(pem), error);
        }
    }

    /// <summary>A key that lives elsewhere, for example in a security module. Must stay usable as long as the program runs; one vote at a time is signed with it.</summary>
    /// <exception cref="ArgumentException">It cannot sign, or is not on P-256.</exception>
    public static VotingKey From(ECDsa signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        try
        {
            return signer.KeySize == 256 && signer.SignData([1], HashAlgorithmName.SHA256).Length == 64
                ? new VotingKey(signer)
                : throw new ArgumentException($"A voting key has 256 bits (P-256), this one has {signer.KeySize}.", nameof(signer));
        }
        catch (CryptographicException error)
        {
            throw new ArgumentException("The voting key cannot sign: it has no private part.", nameof(signer), error);
        }
    }

    internal CastVote Sign(CastVote vote)
    {
        lock (gate)
        {
            return VoteSignature.Sign(vote, key);
        }
    }
}
