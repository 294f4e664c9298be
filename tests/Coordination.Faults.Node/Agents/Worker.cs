using System.Diagnostics;
using Coordination.Faults.Node.Outside;
using Coordination.Workers;

namespace Coordination.Faults.Node.Agents;

/// <summary>What a step is to do, and up to which attempt it misbehaves.</summary>
internal sealed record Job(string Do, int Until = 0);

/// <summary>The key under which the outside world knows what was done.</summary>
internal sealed record Done(string EffectKey);

/// <summary>Every agent type of the fleet: acts on the outside world through the ledger, and fails, hangs or dies when its input says so.</summary>
internal sealed class Worker(EffectLedger ledger, NodeSettings settings) : ICompensatingAgent<Job, Done>
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(5);

    public async Task<Done> ExecuteAsync(Job input, AgentContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Work, cancellationToken);
        switch (input.Do)
        {
            case "fail":
                throw new PermanentFailure("This step was made to fail.");
            case "throw":
                throw new InvalidOperationException("This step was made to throw.");
            case "die":
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
            case "hang" when context.Attempt <= input.Until:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
            case "hang deaf":
                await Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None);
                break;
        }

        var key = context.EffectKey("do");
        await ledger.ActAsync(key, "do", context, settings.Name, cancellationToken);
        // After the effect: the next attempt must find that it was done.
        return input.Do == "falter" && context.Attempt <= input.Until
            ? throw new TransientFailure("This attempt was made to fail.")
            : new Done(key);
    }

    public Task CompensateAsync(Job input, Done output, AgentContext context, CancellationToken cancellationToken) =>
        ledger.ActAsync(context.EffectKey("undo"), "undo", context, settings.Name, cancellationToken);
}
