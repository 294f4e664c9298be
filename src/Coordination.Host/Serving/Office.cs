using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Coordination.Host.Startup;
using Coordination.Monitor;
using Coordination.Persistence;
using Coordination.Workers;
using Npgsql;

namespace Coordination.Host.Serving;

/// <summary>The backbone as a command sees it: its database, reached and checked.</summary>
internal sealed class Office : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private Office(ServiceProvider services) => this.services = services;

    public NpgsqlDataSource Database => services.GetRequiredService<NpgsqlDataSource>();

    public RunClient Runs => services.GetRequiredService<RunClient>();

    public EffectClient Effects => services.GetRequiredService<EffectClient>();

    public BallotClient Ballots => services.GetRequiredService<BallotClient>();

    public ITimers Timers => services.GetRequiredService<ITimers>();

    /// <summary>Through it goes everything a command changes, as from the monitor: checked, once, with a line in the audit.</summary>
    public OperationDesk Desk => services.GetRequiredService<OperationDesk>();

    public OperationRunner Runner => services.GetRequiredService<OperationRunner>();

    public OperationStore Operations => services.GetRequiredService<OperationStore>();

    public AuditReads Audit => services.GetRequiredService<AuditReads>();

    public IDeadLetters DeadLetters => services.GetRequiredService<IDeadLetters>();

    public static async Task<Office> OpenAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var settings = invocation.Settings(Needs.Database);
        await Servers.DatabaseAsync(invocation, settings, cancellationToken);
        var parts = new ServiceCollection();
        parts.AddOffice(settings);
        return new Office(parts.BuildServiceProvider());
    }

    public async Task<bool> HasTimerAsync(Guid token, CancellationToken cancellationToken) =>
        await ActTimer.FindAsync(services.GetRequiredService<Reads>(), token, cancellationToken) is not null;

    /// <summary>Does something to one target.</summary>
    /// <exception cref="CommandFailure">It cannot be done; the message says why.</exception>
    public async Task<Operation> ActAsync(OperationRequest request, string by, CancellationToken cancellationToken)
    {
        try
        {
            return await Desk.SubmitAsync(Guid.CreateVersion7(), request, Viewer.AtCommandLine(by), cancellationToken);
        }
        catch (Refusal refusal)
        {
            throw new CommandFailure(
                refusal.Problems is null ? ExitCode.Failed : ExitCode.Usage,
                refusal.Detail ?? refusal.Title,
                inner: refusal
            );
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
