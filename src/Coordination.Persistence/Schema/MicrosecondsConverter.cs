using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Coordination.Persistence;

/// <summary>A moment as microseconds since 1970, the form SQLite stores and sorts.</summary>
public sealed class MicrosecondsConverter()
    : ValueConverter<DateTimeOffset, long>(time => ToMicroseconds(time), value => FromMicroseconds(value))
{
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long value) => DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond);
}
