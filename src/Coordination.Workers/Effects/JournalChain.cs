using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coordination.Workers;

/// <summary>
/// The hashes that bind a run's journal together: <c>hash = sha256(hash before | seq as 8 bytes | digest)</c>, where the digest covers every stored field, each
/// with its length. The first record's hash before is 32 zeros.
/// </summary>
internal static class JournalChain
{
    public static readonly byte[] Start = new byte[SHA256.HashSizeInBytes];

    public static byte[] Digest(JournalRecord record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, record.RunId.ToString("D"));
        Add(hash, record.Kind);
        Add(hash, record.StepId);
        Add(hash, record.Compensating ? "1" : "0");
        Add(hash, Number(record.Attempt));
        Add(hash, Number(record.Epoch));
        Add(hash, record.Worker);
        Add(hash, Moment(record.At));
        Add(hash, record.Definition);
        Add(hash, record.Tool);
        Add(hash, record.Class);
        Add(hash, record.Key);
        Add(hash, record.ArgsHash);
        Add(hash, record.Args);
        Add(hash, record.Status);
        Add(hash, record.Result);
        Add(hash, record.Code);
        Add(hash, record.Detail);
        Add(hash, Moment(record.RetryAt));
        Add(hash, record.Model);
        Add(hash, Number(record.InputTokens));
        Add(hash, Number(record.OutputTokens));
        Add(hash, Number(record.CostMicroUsd));
        Add(hash, Number(record.DurationMs));
        Add(hash, record.TraceId);
        return hash.GetHashAndReset();
    }

    public static byte[] Next(byte[] before, long seq, byte[] digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, seq);
        hash.AppendData(number);
        hash.AppendData(digest);
        return hash.GetHashAndReset();
    }

    /// <summary>The first thing wrong with a run's journal, read in order of its numbers; null when it is whole.</summary>
    public static string? Fault(IEnumerable<JournalRecord> records)
    {
        var (before, expected) = (Start, 1L);
        foreach (var record in records)
        {
            if (record.Seq != expected)
            {
                return $"record {expected} is missing";
            }

            var hash = Next(before, record.Seq, Digest(record));
            if (!CryptographicOperations.FixedTimeEquals(hash, record.Hash))
            {
                return $"record {record.Seq} was changed, or one before it";
            }

            (before, expected) = (hash, expected + 1);
        }

        return null;
    }

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string? Moment(DateTimeOffset? at) =>
        at is { } moment ? Number((moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10) : null;

    private static void Add(IncrementalHash hash, string? text) => Add(hash, text is null ? null : Encoding.UTF8.GetBytes(text));

    private static void Add(IncrementalHash hash, byte[]? bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes?.Length ?? -1);
        hash.AppendData(length);
        if (bytes is not null)
        {
            hash.AppendData(bytes);
        }
    }
}
