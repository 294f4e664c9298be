using System.Buffers.Binary;

namespace Coordination.Persistence;

/// <summary>
/// The inbox partition of a message: a pure function of the message's id, so that every redelivery, at any time and in any process, meets the same row.
/// 1. A version 7 id carries its time; the ids MassTransit makes (NewId) carry theirs at the end. Both give the day the id was made.
/// 2. The days go round a ring of <see cref="Days"/> partitions, made once: none is ever missing, and emptying one locks no other.
/// 3. Every other id is in bucket <see cref="Other"/>.
/// Where a row lies is a matter of cost alone. Whether it may go is decided by the time it was received, so an id with a made-up time does no harm.
/// The database has the same function, <c>coordination.inbox_bucket</c>.
/// </summary>
internal static class InboxBucket
{
    /// <summary>Ids that carry no time, or one outside of 2020 to 2099.</summary>
    public const int Other = 0;

    /// <summary>Buckets 1 to this are days.</summary>
    public const int Days = 64;

    private const long FirstDay = 18_262; // 2020-01-01, in days since 1970
    private const long LastDay = 47_481; // 2099-12-31
    private const long MillisecondsPerDay = 86_400_000;
    private const long DaysUntil1970 = 719_162;

    public static int Of(Guid messageId) => DayOf(messageId) is { } day ? OfDay(day) : Other;

    /// <summary>The bucket of a day, given in days since 1970.</summary>
    public static int OfDay(long day) => 1 + (int)(((day % Days) + Days) % Days);

    /// <summary>The day an id was made, in days since 1970; null when it does not say.</summary>
    public static long? DayOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        if (bytes[6] >> 4 == 7 && bytes[8] >> 6 == 2)
        {
            var milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
            if (Plausible(milliseconds / MillisecondsPerDay) is { } day)
            {
                return day;
            }
        }

        // A NewId as a Guid ends with its ticks in the order 3-4-5-6, 7-8 and, before these, 1-2 (from the lowest of eight bytes).
        var ticks =
            ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes[10..]) << 32)
            | ((uint)BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) << 16)
            | BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]);
        return Plausible((long)(ticks / TimeSpan.TicksPerDay) - DaysUntil1970);
    }

    private static long? Plausible(long day) => day is >= FirstDay and <= LastDay ? day : null;
}
