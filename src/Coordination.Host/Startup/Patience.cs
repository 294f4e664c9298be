using Coordination.Host.CommandLine;

namespace Coordination.Host.Startup;

/// <summary>What one look at a server found.</summary>
internal abstract record Finding
{
    public sealed record Answers : Finding;

    /// <summary>It may answer later: refused connection, starting up, no route.</summary>
    public sealed record Away(string Why) : Finding;

    /// <summary>Waiting will not help.</summary>
    public sealed record Refused(CommandFailure Failure) : Finding;
}

/// <summary>Waits for a server, saying every few seconds what it waits for.</summary>
internal sealed class Patience(TimeSpan? limit, TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(5);

    /// <exception cref="CommandFailure">It refused, or did not answer within the limit.</exception>
    public async Task UntilAnswersAsync(string server, Func<CancellationToken, Task<Finding>> look, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        TimeSpan? said = null;
        while (true)
        {
            var finding = await look(cancellationToken);
            var waited = time.GetElapsedTime(begin);
            switch (finding)
            {
                case Finding.Answers:
                    if (said is not null)
                        say($"{server} answers after {waited.TotalSeconds:0} s.");
                    return;
                case Finding.Refused refused:
                    throw refused.Failure;
                case Finding.Away away when limit is { } most && waited >= most:
                    throw new CommandFailure(ExitCode.Unreachable, $"{server} did not answer within {most.TotalSeconds:0.#} s: {away.Why}");
                case Finding.Away away when said is null || waited - said >= Reminder:
                    said = waited;
                    say($"Waiting for {server}: {away.Why}{(limit is null ? " (Ctrl+C ends this)" : "")}");
                    break;
            }
            var left = limit is { } bound ? bound - waited : Pause;
            await Task.Delay(left < Pause ? left : Pause, time, cancellationToken);
        }
    }
}
