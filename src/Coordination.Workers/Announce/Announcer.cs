using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Tells the registry which agent types live here: at start, and then as a heartbeat.</summary>
internal sealed class Announcer(
    IEnumerable<AgentRegistration> agents,
    IUnitOfWorkFactory units,
    EnvelopeFactory envelopes,
    WorkerIdentity identity,
    WorkerStop stop,
    WorkerOptions options,
    TimeProvider time,
    ILogger<Announcer> logger
) : BackgroundService
{
    private const int MostDoublings = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, stop.Token);
        // The first one waits for the registry to exist; a heartbeat nobody listens to is dropped.
        var first = true;
        var failures = 0;
        while (!either.IsCancellationRequested)
        {
            try
            {
                await AnnounceAsync(mandatory: first, either.Token);
                first = false;
                failures = 0;
            }
            catch (Exception exception) when (!either.IsCancellationRequested)
            {
                failures = Math.Min(failures + 1, MostDoublings);
                logger.AnnounceFailed(exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var pause =
                failures > 0
                    ? TimeSpan.FromSeconds(1 << (failures - 1))
                    : options.AnnounceInterval * (0.9 + Random.Shared.NextDouble() / 5);
            await Task.Delay(pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task AnnounceAsync(bool mandatory, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        foreach (var agent in agents)
        {
            var envelope = envelopes.Root(Guid.CreateVersion7()) with { Sender = identity.As(agent.Type) };
            var message = new AgentAnnounced
            {
                AgentType = agent.Type,
                Instance = envelopes.Self.Instance,
                Build = envelopes.Self.Build,
                Contracts = [agent.Contract],
                Compensates = agent.Adapter.Compensates,
            };
            work.Send(ContractOutgoing.To(Wire.RegistryEndpoint, message, envelope) with { Mandatory = mandatory });
        }

        await work.CommitAsync(cancellationToken);
    }
}
