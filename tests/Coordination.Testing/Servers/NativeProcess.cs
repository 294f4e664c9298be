using System.Diagnostics;

namespace Coordination.Testing;

/// <summary>
/// A server process with a folder of its own, run as an ordinary user. A small shell stands between the tests and the
/// server and reads a pipe from the test process: when the pipe ends, because the tests are over or because their process
/// was killed, the shell stops the server and, at the end, removes the folder. So nothing is left behind.
/// </summary>
internal sealed class NativeProcess(string name, string user, string stopSignal)
{
    // Each order is repeated when it is carried out. "stop" ends the server in good order, "kill" at once; both keep the
    // folder for another "start". The end of input removes everything, and at once: RabbitMQ takes seconds over a good end.
    private const string Shepherd = """
        folder=$1 signal=$2 last=$3 server=; shift 3
        exec 3<&0
        finish() {
            [ -n "$server" ] || return
            kill -s KILL -- "-$server" $(cat "/proc/$server/task/$server/children") 2>/dev/null
            wait "$server" 2>/dev/null
        }
        while read -r order <&3; do
            case $order in
            start) setsid "$@" </dev/null >>"$folder/server.log" 2>&1 & server=$!; echo "$server" >"$folder/server.pid" ;;
            stop) kill -s "$signal" "$server"; wait "$server" 2>/dev/null; server= ;;
            kill) finish; server= ;;
            esac
            echo "$order"
        done
        finish
        sh -c "$last" >/dev/null 2>&1
        cd / && rm -rf "$folder"
        """;

    private static readonly TimeSpan OrderLimit = TimeSpan.FromSeconds(30);
    private Process? shepherd;

    /// <summary>The folder; the server's user owns it.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>What the server and its tools find in their environment.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>A shell line that is run once when the server is gone for good.</summary>
    public string LastCommand { get; set; } = "";

    private string LogFile => Path.Combine(Folder, "server.log");

    public async Task MakeFolderAsync(CancellationToken ct)
    {
        // Root's own TMPDIR may be closed to the server's user.
        var parent = System.Environment.IsPrivilegedProcess ? "/tmp" : Path.GetTempPath();
        Folder = (await RunAsync(ct, "mktemp", "-d", Path.Combine(parent, $"coordination-{name}.XXXXXX"))).Trim();
    }

    /// <summary>Writes a file that the server's user can read.</summary>
    public string Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Starts the server, the first time or again; the command is that of the first time.</summary>
    public async Task StartAsync(string[] command, CancellationToken ct)
    {
        if (shepherd is null)
        {
            var start = Info(["setsid", "sh", "-c", Shepherd, "coordination-test-server", Folder, stopSignal, LastCommand, .. command]);
            start.RedirectStandardInput = true;
            start.RedirectStandardError = false;
            shepherd = Process.Start(start) ?? throw new ServerUnavailableException($"{name} could not be started: {command[0]}");
        }
        await OrderAsync("start", ct);
    }

    public Task StopAsync(CancellationToken ct) => OrderAsync("stop", ct);

    public Task KillAsync(CancellationToken ct) => OrderAsync("kill", ct);

    private async Task OrderAsync(string order, CancellationToken ct)
    {
        if (shepherd is null)
            throw new InvalidOperationException($"{name} was never started.");
        await shepherd.StandardInput.WriteLineAsync(order.AsMemory(), ct);
        await shepherd.StandardInput.FlushAsync(ct);
        try
        {
            await shepherd.StandardOutput.ReadLineAsync(ct).AsTask().WaitAsync(OrderLimit, ct);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{name} did not {order} within {OrderLimit.TotalSeconds} s. Its last lines:\n{Tail()}", e);
        }
    }

    /// <summary>Null while the server runs, else its last lines.</summary>
    public string? Ended()
    {
        // The shell that watches over the server lives on until it is told to end, and leaves a dead server as a zombie.
        var pidFile = Path.Combine(Folder, "server.pid");
        if (!File.Exists(pidFile) || File.ReadAllText(pidFile).Trim() is not { Length: > 0 } pid || !Directory.Exists("/proc/self"))
            return null;
        var state = $"/proc/{pid}/stat";
        return File.Exists(state) && !File.ReadAllText(state).Contains(") Z ", StringComparison.Ordinal) ? null : Tail();
    }

    /// <summary>The number of the server's process; null while none has been started.</summary>
    public int? ServerId() => int.TryParse(ReadIfThere(Path.Combine(Folder, "server.pid")), out var id) ? id : null;

    public string Tail() => File.Exists(LogFile) ? string.Join('\n', Read().Split('\n').TakeLast(25)) : "It printed nothing.";

    public async Task<string> RunAsync(CancellationToken ct, params string[] command)
    {
        using var process = Process.Start(Info(command)) ?? throw new ServerUnavailableException($"{command[0]} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{string.Join(' ', command)} ended with {process.ExitCode}: {await output}{await errors}"
            );
    }

    /// <summary>Ends the server and removes the folder.</summary>
    public async ValueTask RemoveAsync()
    {
        if (shepherd is null)
            return;
        shepherd.StandardInput.Close();
        await shepherd.WaitForExitAsync().WaitAsync(OrderLimit);
        shepherd.Dispose();
        shepherd = null;
    }

    private static string ReadIfThere(string file) => File.Exists(file) ? File.ReadAllText(file) : "";

    private string Read()
    {
        using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    private ProcessStartInfo Info(string[] command)
    {
        // These servers refuse root; setpriv is part of every Debian and Ubuntu.
        string[] full = System.Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--", .. command]
            : command;
        var info = new ProcessStartInfo(full[0], full[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder.Length > 0 ? Folder : "/",
        };
        foreach (var inherited in info.Environment.Keys.Where(IsServersOwn).ToArray())
            info.Environment.Remove(inherited);
        foreach (var (key, value) in Environment)
            info.Environment[key] = value;
        return info;
    }

    // A developer's settings for a system-wide server must not reach the private one.
    private static bool IsServersOwn(string key) =>
        key.StartsWith("RABBITMQ_", StringComparison.Ordinal)
        || key.StartsWith("ERL_", StringComparison.Ordinal)
        || key.StartsWith("PG", StringComparison.Ordinal);
}
