using Coordination.Host.CommandLine;
using Coordination.Host.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Coordination.Host.Startup;

/// <summary>Looks whether the broker can be used.</summary>
internal static class BrokerProbe
{
    private static readonly TimeSpan PerLook = TimeSpan.FromSeconds(5);

    public static string Server(HostSettings settings) => $"RabbitMQ at {settings.Broker}";

    public static async Task<Finding> LookAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var address = settings.Broker!;
        var factory = new ConnectionFactory
        {
            UserName = address.User,
            Password = address.Password,
            VirtualHost = address.VirtualHost,
            RequestedConnectionTimeout = PerLook,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = "coordination: looking whether the broker answers",
        };
        var endpoints = address.Nodes.Select(node =>
        {
            var colon = node.LastIndexOf(':');
            var host = node[..colon];
            return new AmqpTcpEndpoint(host, int.Parse(node[(colon + 1)..]), new SslOption(host, enabled: address.Tls));
        });
        try
        {
            await using var connection = await factory.CreateConnectionAsync(endpoints, factory.ClientProvidedName, cancellationToken);
            if (DurabilityCheck.Broker(Server(settings), connection.ServerProperties) is { } old)
                return new Finding.Refused(old);
            // A refused virtual host shows in the first call after the handshake.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            return new Finding.Answers();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Judge(exception, settings);
        }
    }

    private static Finding Judge(Exception exception, HostSettings settings)
    {
        var causes = Causes(exception).ToList();
        // PossibleAuthenticationFailureException is also what a broker gives that goes down in the handshake: that is waited for.
        if (causes.Find(cause => cause is AuthenticationFailureException) is { } refused)
        {
            return new Finding.Refused(
                new CommandFailure(
                    ExitCode.WrongCredentials,
                    $"{Server(settings)} refuses user \"{settings.Broker!.User}\": {OneLine(refused.Message)} "
                        + $"Check {SettingNames.Broker} (--broker) or the file {SettingNames.BrokerPasswordFile} names."
                )
            );
        }
        // 530: the virtual host does not exist or the user may not use it; 403: the same from newer brokers.
        if (
            causes.OfType<OperationInterruptedException>().FirstOrDefault(cause => cause.ShutdownReason?.ReplyCode is 530 or 403) is
            { } denied
        )
        {
            return new Finding.Refused(
                new CommandFailure(
                    ExitCode.WrongCredentials,
                    $"{Server(settings)} refuses user \"{settings.Broker!.User}\" the virtual host \"{settings.Broker.VirtualHost}\": "
                        + $"{denied.ShutdownReason!.ReplyText}. Check {SettingNames.Broker} (--broker)."
                )
            );
        }
        return new Finding.Away(OneLine(causes[^1].Message));
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AggregateException { InnerExceptions.Count: > 1 } several)
            {
                foreach (var inner in several.InnerExceptions.SelectMany(Causes))
                    yield return inner;
                yield break;
            }
            yield return cause;
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
