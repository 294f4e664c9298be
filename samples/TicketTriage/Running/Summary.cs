using System.Text.Json;
using Coordination.Workers;

namespace TicketTriage.Running;

/// <summary>The closing figures. When every run has ended, <c>submitted = completed + failed</c>.</summary>
/// <param name="Submitted">Tickets handed in, those whose run was there before included.</param>
/// <param name="Completed">Runs in which every step was done.</param>
/// <param name="Failed">Runs that ended in any other way; partial ones too.</param>
/// <param name="Compensated">Those among the failed in which a step was undone.</param>
/// <param name="Effects">Lines of the refund ledger.</param>
/// <param name="DuplicateEffects">Lines of the refund ledger that should not be there.</param>
public sealed record Summary(int Submitted, int Completed, int Failed, int Compensated, int Effects, int DuplicateEffects)
{
    public static Summary Of(int submitted, IEnumerable<RunInfo?> runs, Audit audit)
    {
        var ended = runs.OfType<RunInfo>().Where(run => run.IsTerminal).ToList();
        return new Summary(
            submitted,
            ended.Count(run => run.Status == "completed"),
            ended.Count(run => run.Status != "completed"),
            ended.Count(run => run.Compensated.Count > 0),
            audit.Refunds,
            audit.DuplicateRefunds
        );
    }

    /// <summary>The last line of output, for scripts.</summary>
    public string ToLine() => "summary " + JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
