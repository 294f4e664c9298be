using Coordination.Contracts;
using Coordination.Workers;
using Spectre.Console;
using TicketTriage.Agents;
using TicketTriage.Outside;
using TicketTriage.Tickets;

namespace TicketTriage.Running;

/// <summary>The closing table: every way a ticket can end, how often it happened, and what it means.</summary>
public static class Report
{
    public static Table Of(IReadOnlyList<RunInfo?> runs, Audit audit)
    {
        var table = new Table { Border = TableBorder.Ascii2 };
        table.AddColumn("Run").AddColumn("Ticket").AddColumn(new TableColumn("Count").RightAligned()).AddColumn("What it means");
        foreach (var (status, result, meaning) in Endings)
        {
            var count = runs.Count(run => run is { IsTerminal: true } && (StatusOf(run), ResultOf(run)) == (status, result));
            if (count > 0)
            {
                table.AddRow(status, result, $"{count}", meaning);
            }
        }

        var open = runs.Count(run => run is not { IsTerminal: true });
        if (open > 0)
        {
            table.AddRow("not ended", "", $"{open}", "start again with the same options to go on");
        }

        table.AddEmptyRow();
        table.AddRow(
            "refunds",
            "",
            $"{audit.Refunds}",
            $"{Money.Show(audit.RefundedCents)} in refunds.jsonl, {audit.DuplicateRefunds} of them twice"
        );
        table.AddRow("holds", "", $"{audit.OpenHolds}", "money still set aside without a refund");
        table.AddRow("mails", "", $"{audit.Mails}", "in mail/");
        return table;
    }

    /// <summary>Why runs were not accepted, each reason once.</summary>
    public static IEnumerable<string> Rejections(IEnumerable<(Ticket Ticket, RunInfo? Run)> runs) =>
        runs.Where(run => run.Run is { Status: "rejected" })
            .GroupBy(run => run.Run!.Reason)
            .Select(group =>
                group.Key == ReasonCode.IdempotencyConflict
                    ? $"{group.Count()} tickets were submitted before with other content, {group.First().Ticket.Id} for one: use --data-set or --data."
                    : $"{group.Count()} tickets were rejected ({group.Key}), {group.First().Ticket.Id} for one: {group.First().Run!.Problems}"
            );

    private const string Undone = "failed, undone";

    private static readonly (string Status, string Result, string Meaning)[] Endings =
    [
        ("completed", nameof(TicketResult.Refunded), "within policy and nothing suspicious: paid back"),
        ("completed", nameof(TicketResult.RefundedElsewhere), "a second ticket about an order that is refunded already"),
        ("completed", nameof(TicketResult.Declined), "outside policy, or a fraud pattern"),
        ("completed", nameof(TicketResult.HandedToPerson), "too large, doubtful or delicate for software"),
        ("completed", nameof(TicketResult.Answered), "not about money"),
        ("completed", "", "every step done"),
        ("partial", "", "all done but the reply: the mail address is not valid"),
        (Undone, "", "the card account is closed: the hold was released"),
        ("failed", "", "a step failed and there was nothing to undo"),
        ("expired", "", "did not end in time"),
        ("cancelled", "", "stopped by a person"),
        ("rejected", "", "not accepted; the reason is above"),
    ];

    private static string StatusOf(RunInfo run) => run is { Status: "failed", Compensated.Count: > 0 } ? Undone : run.Status;

    private static string ResultOf(RunInfo run)
    {
        var reply = run.Status == "completed" ? run.Outputs.GetValueOrDefault("reply") : default;
        var known = reply.ValueKind == System.Text.Json.JsonValueKind.Object && reply.TryGetProperty("result", out var result);
        return known && Enum.TryParse<TicketResult>(reply.GetProperty("result").GetString(), ignoreCase: true, out var ticket)
            ? ticket.ToString()
            : "";
    }
}
