namespace Coordination.Testing;

/// <summary>A private PostgreSQL server from the installed package: own folder, own port, no socket file.</summary>
/// <param name="port">Where it listens.</param>
/// <param name="userName">The superuser.</param>
/// <param name="password">The superuser's password.</param>
/// <param name="durable">Whether it flushes to disk.</param>
/// <param name="standbyOf">The port of the primary it begins as a copy of; null: it begins empty.</param>
internal sealed class NativePostgres(int port, string userName, string password, bool durable, int? standbyOf = null) : IServerNode
{
    private readonly NativeProcess process = new("postgres", "postgres", stopSignal: "INT"); // INT is "fast": clients are not waited for.
    private readonly string binaries = FindBinaries();

    private string Data => Path.Combine(process.Folder, "data");

    public async Task StartAsync(CancellationToken ct)
    {
        if (process.Folder.Length == 0)
            await InitialiseAsync(ct);
        string[] settings = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=500"];
        await process.StartAsync(
            [Path.Combine(binaries, "postgres"), "-D", Data, "-p", $"{port}", .. settings, .. PostgresServer.Settings(durable)],
            ct
        );
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
        process.Environment["HOME"] = process.Folder;
        process.Environment["LC_ALL"] = "C.UTF-8";
        if (standbyOf is { } primary)
        {
            process.Environment["PGPASSWORD"] = password;
            string[] source =
            [
                "--host=127.0.0.1",
                $"--port={primary}",
                "--username=" + userName,
                "--checkpoint=fast",
                "--wal-method=stream",
            ];
            await RunAsync("pg_basebackup", ["-D", Data, "--write-recovery-conf", .. source], ct);
            return;
        }

        var secret = process.Write("password", password);
        string[] options = ["--username=" + userName, "--pwfile=" + secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"];
        await RunAsync("initdb", ["--no-sync", "-D", Data, .. options], ct);
        File.Delete(secret);
    }

    private static string FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        var paths = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        return versions
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
                .Concat(paths)
                .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new ServerUnavailableException(
                "No PostgreSQL is installed (looked for initdb in /usr/lib/postgresql/*/bin and PATH). Install the package (Debian, Ubuntu: "
                    + "apt-get install postgresql), run ./test.sh --native, which does it, or start a Docker engine."
            );
    }
}
