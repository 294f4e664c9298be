using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Monitor;
using Coordination.Persistence;

namespace Coordination.Host.DeadLetters;

/// <summary><c>dead-letters retry</c>: one or many, at a rate the receivers can bear.</summary>
internal static class RetryCommand
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    public static Command Build(Terminal terminal)
    {
        var ids = LetterOptions.Ids(ArgumentArity.ZeroOrMore);
        var (reason, run, type) = LetterOptions.Filter();
        var rate = LetterOptions.Rate();
        var limit = new Option<int>("--limit")
        {
            Description = "Letters at most, the oldest first, 1 to 100000.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 1_000,
        }.Within(1, 100_000, "--limit must be from 1 to 100000.");
        var by = LetterOptions.By();
        var command = new Command(
            "retry",
            "Send parked messages again with their own message ids: what was committed before is not repeated. Ctrl+C leaves the rest parked."
        )
        {
            ids,
            reason,
            run,
            type,
            rate,
            limit,
            by,
        }.WithExamples(
            "coordination dead-letters retry 17 18",
            "coordination dead-letters retry --reason RETRY_BUDGET_EXHAUSTED --rate 5/s",
            "coordination dead-letters retry --type step.execute.v1 --limit 100 --by anna"
        );
        command.Validators.Add(result =>
        {
            var named = result.GetResult(ids) is { Tokens.Count: > 0 };
            var filtered = new Option[] { reason, run, type }.Any(option => result.GetResult(option) is { Implicit: false });
            if (named == filtered)
                result.AddError("Say which: either numbers of dead letters, or --reason, --run or --type.");
        });
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var given = invocation.Arguments;
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                IReadOnlyList<long> which = given.GetValue(ids)!;
                if (which.Count == 0)
                {
                    var filter = new LetterFilter
                    {
                        Reason = given.GetValue(reason),
                        GroupId = given.GetValue(run),
                        MessageType = given.GetValue(type),
                    };
                    which = await office.DeadLetters.IdsAsync(filter, given.GetValue(limit), cancellationToken);
                    if (which.Count == given.GetValue(limit))
                        invocation.Output.Note($"The oldest {which.Count} are taken; more may be parked (--limit).");
                }
                var perSecond = given.GetValue(rate);
                var outcome = await RetryAsync(
                    office,
                    which,
                    perSecond,
                    given.GetValue(by)!,
                    Progress(invocation.Output, which.Count, perSecond),
                    cancellationToken
                );
                Show(invocation.Output, outcome);
                if (outcome.Left > 0)
                    cancellationToken.ThrowIfCancellationRequested();
                return outcome.Missing.Count == 0 ? ExitCode.Ok : ExitCode.NotFound;
            }
        );
        return command;
    }

    /// <summary>One operation, carried out by this process; interrupted, it is cancelled.</summary>
    private static async Task<RetryOutcome> RetryAsync(
        Office office,
        IReadOnlyList<long> which,
        double perSecond,
        string by,
        Action<RetryOutcome> progress,
        CancellationToken cancellationToken
    )
    {
        var (retried, missing) = (new List<long>(), new List<long>());
        if (which.Count == 0)
            return new RetryOutcome(retried, missing, 0);
        var (id, me, viewer) = (Guid.CreateVersion7(), $"cli-{Environment.ProcessId}", Viewer.AtCommandLine(by));
        var request = new OperationRequest
        {
            Kind = OperationKind.LetterRetry,
            Parameters = new OperationParameters { PerSecond = perSecond },
        };
        IReadOnlyList<OperationTarget> targets = [.. which.Select(letter => new OperationTarget { Letter = letter })];
        await office.Desk.BeginAsync(id, request, targets, viewer, me, cancellationToken);
        try
        {
            await office.Runner.RunAsync(
                id,
                me,
                (target, status) =>
                {
                    (status == "done" ? retried : missing).Add(target.Letter!.Value);
                    progress(new RetryOutcome(retried, missing, which.Count));
                },
                cancellationToken
            );
        }
        catch (OperationCanceledException)
        {
            await office.Runner.TurnAsync(id, "cancelled", viewer, CancellationToken.None);
        }
        return new RetryOutcome(retried, missing, which.Count);
    }

    /// <summary>Says beforehand that it will take long, and then now and again how far it is.</summary>
    private static Action<RetryOutcome> Progress(Output output, int count, double perSecond)
    {
        var expected = TimeSpan.FromSeconds((count - 1) / perSecond);
        if (expected >= Long)
            output.Note($"{count} dead letters take about {expected.TotalSeconds:0} s. Ctrl+C leaves the rest parked.");
        var clock = TimeProvider.System;
        var told = clock.GetTimestamp();
        return outcome =>
        {
            if (outcome.Left == 0 || clock.GetElapsedTime(told) < Long)
                return;
            told = clock.GetTimestamp();
            output.Note($"{outcome.Retried.Count} retried, {outcome.Left} to go.");
        };
    }

    private static void Show(Output output, RetryOutcome outcome)
    {
        output.Show(
            new
            {
                retried = outcome.Retried,
                notFound = outcome.Missing,
                left = outcome.Left,
            },
            _ =>
            {
                if (outcome.Retried.Count > 0)
                    output.Line($"{LetterOptions.Named(outcome.Retried)} retried.");
                else if (outcome.Total == 0)
                    output.Line("No open dead letter is like that.");
            }
        );
        if (outcome.Left > 0)
            output.Note($"{outcome.Left} stay parked.");
        foreach (var id in outcome.Missing)
            output.Note(LetterOptions.NotOpen(id).Message);
    }
}

/// <summary>How far a retry of many came.</summary>
/// <param name="Retried">On their way again.</param>
/// <param name="Missing">Not open any more when their turn came.</param>
/// <param name="Total">All it was asked for.</param>
internal sealed record RetryOutcome(IReadOnlyList<long> Retried, IReadOnlyList<long> Missing, int Total)
{
    /// <summary>Those it did not come to; they stay parked.</summary>
    public int Left => Total - Retried.Count - Missing.Count;
}
