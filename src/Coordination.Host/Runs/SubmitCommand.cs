using System.CommandLine;
using System.Text.Json;
using Coordination.Contracts.V1;
using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Workers;

namespace Coordination.Host.Runs;

/// <summary><c>submit</c>: hands a plan over and says what became of it.</summary>
internal static class SubmitCommand
{
    // Without --wait the command still stays for the host's verdict on the plan, which is a matter of a second.
    private static readonly TimeSpan VerdictTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static Command Build(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The plan as JSON; - reads standard input." };
        var requester = new Option<string>("--requester")
        {
            Description = "Who asks, 1 to 200 characters.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Environment.UserName is { Length: > 0 } user ? user : "coordination",
        };
        var scope = new Option<string?>("--scope")
        {
            Description = "What the run is about, for example ticket/4711: one unfinished run per requester and scope.",
            HelpName = "TEXT",
        };
        var runId = new Option<Guid?>("--run-id")
        {
            Description = "Identity of the run: submitting the same id again joins the run that is there. Default: a new one.",
            HelpName = "UUID",
        };
        var wait = new Option<bool>("--wait") { Description = "Stay until the run is over; exit code 0 only when it completed." };
        var timeout = new Option<double>("--timeout")
        {
            Description = "With --wait: seconds to stay at most.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 3_600,
        }.Within(0.001, 2_592_000, "--timeout must be more than 0 and at most 2592000 seconds (30 days).");
        var command = new Command("submit", "Submit a run: check its plan, hand it over, and print its id.")
        {
            file,
            requester,
            scope,
            runId,
            wait,
            timeout,
        }.WithExamples(
            "coordination submit plan.json",
            "coordination submit plan.json --wait --timeout 120 --json",
            "generate-plan | coordination submit - --scope ticket/4711"
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var arguments = invocation.Arguments;
                var who = arguments.GetValue(requester)!;
                if (who.Length is < 1 or > 200)
                    throw new CommandFailure(ExitCode.Usage, "--requester must have 1 to 200 characters.");
                var plan = await PlanFile.ReadAsync(arguments.GetValue(file)!, terminal, who, cancellationToken);
                await using var office = await Office.OpenAsync(invocation, cancellationToken);
                var id = await office.Runs.SubmitAsync(
                    plan,
                    new SubmitOptions
                    {
                        RunId = arguments.GetValue(runId),
                        Requester = who,
                        BusinessScope = arguments.GetValue(scope),
                    },
                    cancellationToken
                );
                return arguments.GetValue(wait)
                    ? await ToTheEndAsync(invocation, office, id, TimeSpan.FromSeconds(arguments.GetValue(timeout)), cancellationToken)
                    : await ToTheVerdictAsync(invocation, office, id, cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> ToTheVerdictAsync(Invocation invocation, Office office, Guid id, CancellationToken cancellationToken)
    {
        invocation.Output.Line($"{id}");
        var run = await UntilAsync(invocation, office, id, _ => true, VerdictTime, cancellationToken);
        Refuse(run, id);
        invocation.Output.Show(new { runId = id, status = run?.Status ?? "pending" }, _ => { });
        return ExitCode.Ok;
    }

    private static async Task<int> ToTheEndAsync(
        Invocation invocation,
        Office office,
        Guid id,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        invocation.Output.Line($"{id}");
        var run = await UntilAsync(invocation, office, id, run => run.IsTerminal, timeout, cancellationToken);
        if (run is not { IsTerminal: true })
        {
            throw new CommandFailure(
                ExitCode.Failed,
                $"Run {id} is not over after {timeout.TotalSeconds:0.#} s: it is {run?.Status ?? "not judged yet"}. It goes on."
            );
        }
        Refuse(run, id);
        invocation.Output.Show(run, _ => RunPrinter.Outcome(run, invocation.Output));
        return RunStatus.ExitCodeOf(run.Status);
    }

    /// <exception cref="CommandFailure">The run was rejected; the message has every problem.</exception>
    public static void Refuse(RunInfo? run, Guid id)
    {
        if (run is not { Status: "rejected" })
            return;
        var problems = run.Problems is { ValueKind: JsonValueKind.Array } list
            ? list.Deserialize<List<Problem>>(JsonSerializerOptions.Web)!
            : [];
        throw problems.Count > 0
            ? PlanFile.Rejected($"Run {id} was rejected", problems, ExitCode.Failed)
            : new CommandFailure(ExitCode.Failed, $"Run {id} was rejected: {run.Reason}.");
    }

    /// <summary>The run once the condition holds; else as it stands when the time is over, null when nothing is known of it.</summary>
    private static async Task<RunInfo?> UntilAsync(
        Invocation invocation,
        Office office,
        Guid runId,
        Func<RunInfo, bool> condition,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var time = TimeProvider.System;
        var begin = time.GetTimestamp();
        var wondered = false;
        while (true)
        {
            var run = await office.Runs.GetAsync(runId, cancellationToken);
            var waited = time.GetElapsedTime(begin);
            if (run is not null && condition(run))
                return run;
            if (run is null)
                await ThrowIfParkedAsync(office, runId, cancellationToken);
            if (run is null && waited >= VerdictTime && !wondered)
            {
                wondered = true;
                invocation.Output.Note("Stored, and not judged yet: is a host running, and the broker up? `coordination health` asks.");
            }
            if (waited >= limit)
                return run;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // A submission the host could not handle never becomes a run: waiting for it would be in vain.
    private static async Task ThrowIfParkedAsync(Office office, Guid runId, CancellationToken cancellationToken)
    {
        if (await office.DeadLetters.ListAsync(reason: null, runId, limit: 1, cancellationToken) is [var letter, ..])
        {
            throw new CommandFailure(
                ExitCode.Failed,
                $"The submission of run {runId} is parked as dead letter {letter.Id}, {letter.Reason}: {letter.Detail} "
                    + $"After mending the cause: `coordination dead-letters retry {letter.Id}`."
            );
        }
    }
}
