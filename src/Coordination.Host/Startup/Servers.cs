using Coordination.Host.CommandLine;
using Coordination.Host.Settings;

namespace Coordination.Host.Startup;

/// <summary>Waits for the servers a command needs.</summary>
internal static class Servers
{
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(10);

    /// <summary>For commands a person waits for: ten seconds unless <c>--connect-timeout</c> says otherwise.</summary>
    public static Task DatabaseAsync(Invocation invocation, HostSettings settings, CancellationToken cancellationToken) =>
        DatabaseAsync(invocation, settings, CommandPatience, invocation.Output.Note, cancellationToken);

    public static Task DatabaseAsync(
        Invocation invocation,
        HostSettings settings,
        TimeSpan? patience,
        Action<string> say,
        CancellationToken cancellationToken
    ) =>
        new Patience(invocation.Patience(patience), TimeProvider.System, say).UntilAnswersAsync(
            DatabaseProbe.Server(settings),
            token => DatabaseProbe.LookAsync(settings, token),
            cancellationToken
        );

    public static Task BrokerAsync(
        Invocation invocation,
        HostSettings settings,
        TimeSpan? patience,
        Action<string> say,
        CancellationToken cancellationToken
    ) =>
        new Patience(invocation.Patience(patience), TimeProvider.System, say).UntilAnswersAsync(
            BrokerProbe.Server(settings),
            token => BrokerProbe.LookAsync(settings, token),
            cancellationToken
        );
}
