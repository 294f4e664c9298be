using CsCheck;
using MassTransit;

namespace Coordination.Persistence.Tests;

public sealed class The_bucket_of_an_id
{
    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, 79L * 365 * 24 * 3600 * 1000]
        .Select(ms => new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(ms));

    private static long Day(DateTimeOffset time) => (long)Math.Floor((time - DateTimeOffset.UnixEpoch).TotalDays);

    [Fact]
    public void A_version_7_id_lies_in_the_day_it_was_made() =>
        Time.Sample(time => InboxBucket.DayOf(Guid.CreateVersion7(time)).ShouldBe(Day(time)));

    [Fact]
    public void A_NewId_lies_in_the_day_it_was_made() =>
        Gen.Select(Time, Gen.Int, Gen.Int)
            .Sample(
                (time, c, d) =>
                {
                    var ticks = time.UtcTicks;
                    var id = new NewId((int)(ticks >> 32), (int)ticks, c, d);
                    id.Timestamp.ShouldBe(time.UtcDateTime);
                    var guid = id.ToGuid();
                    // One that looks like version 7 of a plausible time is taken for it: as good a place as any.
                    if (guid.Version != 7)
                    {
                        InboxBucket.DayOf(guid).ShouldBe(Day(time));
                    }
                }
            );

    [Fact]
    public void An_id_MassTransit_makes_now_lies_in_today_or_in_what_it_looks_like()
    {
        var guid = NewId.NextGuid();
        if (guid.Version != 7)
        {
            InboxBucket.DayOf(guid).ShouldBe(Day(new DateTimeOffset(guid.ToNewId().Timestamp)));
        }
    }

    [Fact]
    public void Every_id_has_a_bucket_that_exists_and_days_next_to_each_other_share_none()
    {
        Gen.Guid.Sample(id => InboxBucket.Of(id).ShouldBeInRange(0, InboxBucket.Days));
        Gen.Long[-100_000, 100_000]
            .Sample(day =>
            {
                Enumerable.Range(0, InboxBucket.Days).Select(i => InboxBucket.OfDay(day + i)).Distinct().Count().ShouldBe(InboxBucket.Days);
                InboxBucket.OfDay(day + InboxBucket.Days).ShouldBe(InboxBucket.OfDay(day));
            });
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff")]
    [InlineData("00000000-0000-7000-8000-000000000000")]
    [InlineData("3f2504e0-4f89-41d3-9a0c-0305e82c3301")]
    public void An_id_without_a_plausible_time_is_in_the_other_bucket(string id) =>
        InboxBucket.Of(Guid.Parse(id)).ShouldBe(InboxBucket.Other);
}

[Trait("req", "OBX-05")]
public sealed class The_days_of_the_inbox
{
    private static readonly Gen<long> Today = Gen.Long[20_000, 40_000];
    private static readonly Gen<TimeSpan> Keep = Gen.Long[3_600, 400L * 86_400].Select(seconds => TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_bucket_is_as_old_as_its_latest_day() =>
        Gen.Select(Today, Gen.Int[0, InboxBucket.Days - 1])
            .Sample((today, age) => InboxDays.Age(InboxBucket.OfDay(today - age), today).ShouldBe(age));

    [Fact]
    public void Only_days_past_their_time_are_looked_at_and_never_those_in_use() =>
        Gen.Select(Today, Keep)
            .Sample(
                (today, keep) =>
                {
                    var past = InboxDays.Past(today, keep).ToList();
                    past.ShouldBeUnique();
                    past.ShouldNotBeEmpty();
                    foreach (var bucket in past)
                    {
                        var age = InboxDays.Age(bucket, today);
                        age.ShouldBeInRange(2, InboxBucket.Days - 3);
                        if (keep <= InboxDays.LongestKeep)
                        {
                            // Made at the last moment of its day, at most this long ago.
                            TimeSpan.FromDays(age - 1).ShouldBeGreaterThanOrEqualTo(keep);
                        }
                    }
                }
            );

    [Fact]
    public void Every_day_is_looked_at_and_overdue_before_it_comes_round_again() =>
        Gen.Select(Today, Keep)
            .Sample(
                (day, keep) =>
                {
                    var bucket = InboxBucket.OfDay(day);
                    var turns = Enumerable.Range(1, InboxBucket.Days - 1).Select(i => day + i).ToList();
                    turns.Any(today => InboxDays.Past(today, keep).Contains(bucket) && InboxDays.IsOverdue(bucket, today)).ShouldBeTrue();
                    if (keep <= InboxDays.LongestKeep)
                    {
                        var first = turns.First(today => InboxDays.Past(today, keep).Contains(bucket));
                        (first - day).ShouldBe((long)Math.Ceiling(keep.TotalDays) + 1);
                    }
                }
            );

    [Theory]
    [InlineData(0, nameof(DayCare.None))]
    [InlineData(1, nameof(DayCare.Delete))]
    [InlineData(10, nameof(DayCare.Delete))]
    [InlineData(11, nameof(DayCare.Empty))]
    public void A_few_old_rows_are_deleted_and_many_emptied_at_once(long old, string care) =>
        InboxDays.Care(old, 10).ToString().ShouldBe(care);
}
