using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using Coordination.Host.Startup;
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

    public IDeadLetters DeadLetters => services.GetRequiredService<IDeadLetters>();

    public static async Task<Office> OpenAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var settings = invocation.Settings(Needs.Database);
        await Servers.DatabaseAsync(invocation, settings, cancellationToken);
        var parts = new ServiceCollection();
        parts.AddOffice(settings);
        return new Office(parts.BuildServiceProvider());
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
