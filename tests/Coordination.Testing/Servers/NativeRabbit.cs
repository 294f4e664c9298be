using System.Globalization;

namespace Coordination.Testing;

/// <summary>
/// A private RabbitMQ node from the installed package: its own name, ports, folder, cookie and epmd (Erlang's name
/// server), so that it never meets a system-wide broker.
/// </summary>
internal sealed class NativeRabbit(int port, int managementPort, string userName, string password) : IServerNode
{
    private readonly NativeProcess process = new("rabbitmq", "rabbitmq", stopSignal: "TERM");
    private readonly string binaries = FindBinaries();

    public async Task StartAsync(CancellationToken ct)
    {
        if (process.Folder.Length == 0)
            await InitialiseAsync(ct);
        await process.StartAsync([Path.Combine(binaries, "rabbitmq-server")], ct);
    }

    public Task StopAsync(CancellationToken ct) => process.StopAsync(ct);

    public Task KillAsync(CancellationToken ct) => process.KillAsync(ct);

    public Task<string> RunAsync(string tool, string[] arguments, CancellationToken ct) =>
        process.RunAsync(ct, [Path.Combine(binaries, tool), .. arguments]);

    public string? Ended() => process.Ended();

    public Task<int?> ProcessIdAsync(CancellationToken ct) => Task.FromResult(process.ServerId());

    public ValueTask DisposeAsync() => process.RemoveAsync();

    private async Task InitialiseAsync(CancellationToken ct)
    {
        await process.MakeFolderAsync(ct);
        var folder = process.Folder;
        await process.RunAsync(ct, "mkdir", "data", "log", "conf.d");
        var configuration = process.Write(
            "rabbitmq.conf",
            $"""
            listeners.tcp.1 = 127.0.0.1:{port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {managementPort}
            management_agent.disable_metrics_collector = true
            default_user = {userName}
            default_pass = {password}
            loopback_users = none
            log.console = true
            log.console.level = info
            log.file = false
            disk_free_limit.absolute = 50MB
            max_message_size = 16777216

            """
        );
        var plugins = process.Write("enabled_plugins", "[rabbitmq_management].\n");
        var nameServerPort = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        foreach (
            var (key, value) in new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = folder,
                ["LC_ALL"] = "C.UTF-8",
                ["ERL_EPMD_PORT"] = nameServerPort,
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                // A killed node is still in epmd's list for a moment: let epmd be ended all the same.
                ["ERL_EPMD_RELAXED_COMMAND_CHECK"] = "1",
                ["RABBITMQ_NODENAME"] = $"coordination-{port}@localhost",
                ["RABBITMQ_DIST_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
                ["RABBITMQ_LOGS"] = "-",
                ["RABBITMQ_CONFIG_FILE"] = configuration,
                ["RABBITMQ_CONFIG_FILES"] = Path.Combine(folder, "conf.d"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
                ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
                ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
                // Idle schedulers must not spin: they would take the processor from the tests.
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
            }
        )
            process.Environment[key] = value;
        process.LastCommand = $"ERL_EPMD_PORT={nameServerPort} epmd -kill >/dev/null 2>&1 || true";
    }

    private static string FindBinaries()
    {
        // Not the wrapper in /usr/sbin: it insists on its own user and the system-wide node.
        string[] known = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];
        return known.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "rabbitmq-server")))
            ?? throw new ServerUnavailableException(
                $"No RabbitMQ is installed (looked for rabbitmq-server in {string.Join(" and ", known)}). Install the package (Debian, Ubuntu: "
                    + "apt-get install rabbitmq-server), run ./test.sh --native, which does it, or start a Docker engine."
            );
    }
}
