using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Coordination.Workers;

/// <summary>
/// Derives the idempotency key of an outside effect: base32(sha256(tenant, run, step, tool, scope...)). Every part is preceded by its length in
/// bytes, so no choice of separators inside the parts can make two different intents meet.
/// </summary>
internal static class EffectKey
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Of(string tenant, Guid runId, string stepId, string tool, ReadOnlySpan<string> scope)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tool);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, tenant);
        Append(hash, runId.ToString("D"));
        Append(hash, stepId);
        Append(hash, tool);
        foreach (var part in scope)
        {
            Append(
                hash,
                part ?? throw new ArgumentException("A scope part is null; leave it out or name the missing fact.", nameof(scope))
            );
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Base32(digest);
    }

    private static void Append(IncrementalHash hash, string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        int buffer = 0,
            bits = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(buffer >> bits) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        if (bits > 0)
        {
            text.Append(Alphabet[(buffer << (5 - bits)) & 31]);
        }

        return text.ToString();
    }
}
