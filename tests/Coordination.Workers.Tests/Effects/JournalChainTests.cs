using CsCheck;

namespace Coordination.Workers.Tests.Effects;

/// <summary>The chain of a journal's hashes.</summary>
[Trait("req", "WAL-03")]
public sealed class A_journal_s_chain
{
    private static readonly DateTimeOffset Day = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);

    private static List<JournalRecord> Journal(int length)
    {
        var records = new List<JournalRecord>();
        var before = JournalChain.Start;
        for (var seq = 1; seq <= length; seq++)
        {
            var record = new JournalRecord
            {
                RunId = Guid.Empty,
                Seq = seq,
                Kind = JournalKind.Intent,
                StepId = "step",
                Attempt = 1,
                Epoch = 1,
                Worker = "w",
                At = Day.AddSeconds(seq),
                Tool = "refund@1",
                Key = $"K{seq}",
                Args = [1, 2, (byte)seq],
                DurationMs = seq,
            };
            before = JournalChain.Next(before, seq, JournalChain.Digest(record));
            records.Add(record with { Hash = before });
        }

        return records;
    }

    [Fact]
    public void Is_whole_when_nothing_was_touched() => JournalChain.Fault(Journal(20)).ShouldBeNull();

    [Fact]
    public void Breaks_at_whatever_field_of_whatever_record_is_changed()
    {
        Func<JournalRecord, JournalRecord>[] changes =
        [
            r => r with { Kind = JournalKind.Outcome },
            r => r with { StepId = "step2" },
            r => r with { Compensating = true },
            r => r with { Attempt = 2 },
            r => r with { Epoch = 2 },
            r => r with { Worker = "v" },
            r => r with { At = r.At.AddMicroseconds(1) },
            r => r with { Definition = "" },
            r => r with { Tool = "refund@2" },
            r => r with { Class = "keyed" },
            r => r with { Key = "L" },
            r => r with { ArgsHash = "a" },
            r => r with { Args = null },
            r => r with { Status = "succeeded" },
            r => r with { Result = [] },
            r => r with { Code = "X" },
            r => r with { Detail = "said" },
            r => r with { RetryAt = Day },
            r => r with { Model = "m" },
            r => r with { InputTokens = 1 },
            r => r with { OutputTokens = 1 },
            r => r with { CostMicroUsd = 1 },
            r => r with { DurationMs = null },
            r => r with { TraceId = "t" },
            r => r with { RunId = Guid.NewGuid() },
        ];
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, changes.Length - 1])
            .Sample(
                (at, change) =>
                {
                    var records = Journal(10);
                    records[at] = changes[change](records[at]);
                    JournalChain.Fault(records).ShouldBe($"record {at + 1} was changed, or one before it");
                }
            );
    }

    [Fact]
    public void Shows_a_record_that_was_taken_out()
    {
        var records = Journal(10);
        records.RemoveAt(4);
        JournalChain.Fault(records).ShouldBe("record 5 is missing");
    }
}
