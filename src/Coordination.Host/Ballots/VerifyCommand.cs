using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Sagas.Consensus;
using Coordination.Workers;

namespace Coordination.Host.Ballots;

/// <summary><c>ballots verify</c>: counts ballots again from their records alone.</summary>
internal static class VerifyCommand
{
    private const int Most = 1_000_000;

    public static Command Build(Terminal terminal)
    {
        var id = new Argument<Guid?>("BALLOT-ID") { Description = "The ballot.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every ballot whose voting is over." };
        var command = new Command("verify", "Count ballots again from their records: no line changed, and each is what the rules write.")
        {
            id,
            all,
        }.WithExamples("coordination ballots verify 0199e0f2-7d5c-7cc0-a0a5-4f7a2f3c1d55", "coordination ballots verify --all --json");
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == !result.GetValue(all))
                result.AddError("Give a BALLOT-ID or --all.");
        });
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                IReadOnlyList<BallotInfo> ballots = invocation.Arguments.GetValue(id) is { } one
                    ? [await BallotViews.FindAsync(office, one, cancellationToken)]
                    : await office.Ballots.ListAsync(limit: Most, cancellationToken: cancellationToken);
                var (checkedBallots, sealedBallots, faults) = (0, 0, new List<string>());
                foreach (var ballot in ballots)
                {
                    if (ballot.Status is "voting" or "refused")
                    {
                        sealedBallots++;
                        continue;
                    }
                    checkedBallots++;
                    faults.AddRange(await FaultsAsync(office, ballot, cancellationToken));
                }
                if (faults.Count > 0)
                    throw new CommandFailure(ExitCode.Failed, string.Join('\n', faults), [.. faults]);
                invocation.Output.Show(
                    new
                    {
                        verified = checkedBallots,
                        open = sealedBallots,
                        whole = true,
                    },
                    _ =>
                        invocation.Output.Line(
                            $"{checkedBallots:N0} ballots verified, whole{(sealedBallots > 0 ? $"; {sealedBallots:N0} not over yet" : "")}."
                        )
                );
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<IEnumerable<string>> FaultsAsync(Office office, BallotInfo ballot, CancellationToken cancellationToken)
    {
        var lines = await office.Ballots.RecordAsync(ballot.BallotId, cancellationToken);
        var faults = BallotAudit.Faults([.. lines.Select(line => (line.Line, line.Hash))], lines is [.., var last] ? last.LastHash : null);
        if (!faults.IsEmpty)
            return faults.Select(fault => $"ballot {ballot.BallotId}: {fault}");
        var decided = lines.Select(line => BallotRecord.Parse(line.Line).Decision).LastOrDefault(d => d is not null);
        var view =
            ballot.Status == "decided" && (decided?.Option != ballot.Option || decided?.Outcome != ballot.Outcome)
                ? ["the ballot's row says another decision than its record."]
                : Array.Empty<string>();
        return view.Select(fault => $"ballot {ballot.BallotId}: {fault}");
    }
}
