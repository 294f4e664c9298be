using System.Text;
using CsCheck;
using TicketTriage.Outside;
using TicketTriage.Running;

namespace Coordination.TicketTriage.Tests;

/// <summary>Every ledger object here has its own file handles and its own memory, as one in another process would.</summary>
public sealed class When_many_processes_write_the_ledger
{
    [Fact]
    public async Task Each_key_is_paid_once()
    {
        var path = A.FolderOf("refunds.jsonl");
        await Parallel.ForAsync(
            0,
            8,
            async (process, stop) =>
            {
                using var ledger = new RefundLedger(path);
                foreach (var i in Enumerable.Range(0, 40).OrderBy(i => (i * 7 + process * 11) % 40))
                {
                    await ledger.RefundAsync(new Refund($"key-{i}", $"T-{i}", 100 + i), stop);
                }
            }
        );
        var lines = await File.ReadAllLinesAsync(path);
        lines.Length.ShouldBe(40);
        lines.Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public async Task The_lines_have_the_promised_form()
    {
        var path = A.FolderOf("refunds.jsonl");
        using var ledger = new RefundLedger(path);
        await ledger.RefundAsync(new Refund("K", "T-1", 4990), default);
        (await File.ReadAllTextAsync(path)).ShouldBe("{\"key\":\"K\",\"ticket\":\"T-1\",\"amountCents\":4990}\n");
    }

    [Fact]
    public void A_line_torn_at_any_byte_is_repaired_and_paid_again_once() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 200])
            .Sample(
                (whole, cut) =>
                {
                    var path = A.FolderOf("refunds.jsonl");
                    var text = string.Concat(Enumerable.Range(0, whole).Select(i => Line(i)));
                    var torn = Encoding.UTF8.GetBytes(text)[..^Math.Min(Line(whole - 1).Length, cut)];
                    File.WriteAllBytes(path, torn);
                    using var ledger = new RefundLedger(path);
                    for (var i = 0; i < whole; i++)
                    {
                        ledger.RefundAsync(new Refund($"key-{i}", $"T-{i}", i), default).GetAwaiter().GetResult();
                    }

                    File.ReadAllText(path).ShouldBe(text);
                },
                iter: 60,
                threads: 1
            );

    [Fact]
    public async Task A_tear_left_by_another_process_is_repaired_while_this_one_runs()
    {
        var path = A.FolderOf("refunds.jsonl");
        using var ledger = new RefundLedger(path);
        await ledger.RefundAsync(new Refund("key-0", "T-0", 0), default);
        await File.AppendAllTextAsync(path, Line(1) + "{\"key\":\"" + new string('k', 300));
        await ledger.RefundAsync(new Refund("key-1", "T-1", 1), default);
        await ledger.RefundAsync(new Refund("key-2", "T-2", 2), default);
        (await File.ReadAllTextAsync(path)).ShouldBe(Line(0) + Line(1) + Line(2));
    }

    [Fact]
    public async Task A_ledger_that_is_not_ours_stops_the_work_and_is_left_alone()
    {
        var path = A.FolderOf("refunds.jsonl");
        await File.WriteAllTextAsync(path, "shopping list\n");
        using var ledger = new RefundLedger(path);
        var fault = await Should.ThrowAsync<InvalidDataException>(() => ledger.RefundAsync(new Refund("K", "T", 1), default));
        fault.Message.ShouldContain(path);
        (await File.ReadAllTextAsync(path)).ShouldBe("shopping list\n");
    }

    [Fact]
    public async Task An_orders_money_is_held_for_one_of_many_tickets()
    {
        var path = A.FolderOf("holds.jsonl");
        var holders = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForAsync(
            0,
            8,
            async (process, stop) =>
            {
                using var holds = new HoldLedger(path);
                holders.Add(await holds.HoldAsync($"key-{process}", $"T-{process}", "A-1", 100, stop));
            }
        );
        holders.Distinct().Count().ShouldBe(1);
        (await File.ReadAllLinesAsync(path)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_released_hold_is_released_once_and_can_be_held_again()
    {
        var path = A.FolderOf("holds.jsonl");
        using var holds = new HoldLedger(path);
        await holds.HoldAsync("key-1", "T-1", "A-1", 100, default);
        await holds.ReleaseAsync("key-1", default);
        await holds.ReleaseAsync("key-1", default);
        await holds.ReleaseAsync("unknown", default);
        (await File.ReadAllLinesAsync(path)).Length.ShouldBe(2);
        (await holds.HoldAsync("key-1", "T-1", "A-1", 100, default)).ShouldBe("T-1");
        (await File.ReadAllLinesAsync(path)).Length.ShouldBe(2);
        (await holds.HoldAsync("key-2", "T-2", "A-1", 100, default)).ShouldBe("T-2");
    }

    [Fact]
    public async Task The_audit_counts_doubled_keys_and_doubled_tickets_and_open_holds()
    {
        var data = new DataFolder(Directory.CreateTempSubdirectory("audit").FullName);
        await File.WriteAllTextAsync(
            data.Refunds,
            """
            {"key":"a","ticket":"T-1","amountCents":100}
            {"key":"a","ticket":"T-1","amountCents":100}
            {"key":"b","ticket":"T-1","amountCents":100}
            {"key":"c","ticket":"T-3","amountCents":100}
            {"key":"torn

            """.TrimEnd()
        );
        await File.WriteAllTextAsync(
            data.Holds,
            """
            {"entry":"hold","key":"h1","ticket":"T-1","order":"A-1","amountCents":100}
            {"entry":"hold","key":"h2","ticket":"T-2","order":"A-2","amountCents":100}

            """
        );
        Audit.Of(data).ShouldBe(new Audit(4, 400, 2, 1, 0));
    }

    private static string Line(int i) => $"{{\"key\":\"key-{i}\",\"ticket\":\"T-{i}\",\"amountCents\":{i}}}\n";
}
