using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coordination.Faults.Matrix;

/// <summary>A record of the product's journal, and the chain it must be part of, reckoned anew: nothing of it is the product's code.</summary>
/// <param name="Fields">Everything stored but number and hash, in the order of the digest; null is null.</param>
public sealed record JournalLine(
    Guid RunId,
    long Seq,
    string Kind,
    string StepId,
    bool Undo,
    string? Key,
    string? Status,
    IReadOnlyList<byte[]?> Fields,
    byte[] Hash
)
{
    /// <summary>sha256(before | number | sha256(length and bytes of each field)).</summary>
    public byte[] HashAfter(byte[] before)
    {
        using var digest = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var field in Fields)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, field?.Length ?? -1);
            digest.Write(length);
            digest.Write(field ?? []);
        }

        using var link = new MemoryStream();
        link.Write(before);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, Seq);
        link.Write(number);
        link.Write(SHA256.HashData(digest.ToArray()));
        return SHA256.HashData(link.ToArray());
    }

    /// <summary>A column as the digest takes it.</summary>
    public static byte[]? Field(object? value) =>
        value switch
        {
            null or DBNull => null,
            byte[] bytes => bytes,
            string text => Encoding.UTF8.GetBytes(text),
            Guid id => Encoding.UTF8.GetBytes(id.ToString("D")),
            bool yes => Encoding.UTF8.GetBytes(yes ? "1" : "0"),
            DateTime at => Field((at.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond),
            IFormattable number => Encoding.UTF8.GetBytes(number.ToString(null, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException($"A {value.GetType().Name} has no place in a journal.", nameof(value)),
        };
}
