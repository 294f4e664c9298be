namespace Coordination.Workers;

/// <summary>For tests of agents: there is no fleet.</summary>
internal sealed class UnlimitedRetries : IRetryBudgets
{
    public void First(string backend) { }

    public ValueTask<bool> TryTakeAsync(string backend, CancellationToken cancellationToken) => ValueTask.FromResult(true);
}
