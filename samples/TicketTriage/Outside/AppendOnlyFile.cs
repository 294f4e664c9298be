using System.Text.Json;

namespace TicketTriage.Outside;

/// <summary>
/// A file of JSON lines that many processes append to and any of which may be killed at any moment.
/// <list type="number">
/// <item>One writer at a time: a lock on the file beside it, which the operating system takes back from a process that dies.</item>
/// <item>The writer first reads what others appended since it last looked, and asks whether its line is still needed.</item>
/// <item>A last line without an end is what a crash left in mid-write. Nobody was told that it was written, so it is cut off.</item>
/// <item>The line is on the disk before the call returns.</item>
/// </list>
/// </summary>
/// <typeparam name="TLine">One line.</typeparam>
/// <param name="path">Its folder is made when missing; the lock file is <c>path.lock</c>.</param>
/// <param name="apply">Takes note of every line in the file, in order, whoever wrote it.</param>
/// <param name="reset">Forgets all of them: the file was replaced.</param>
public sealed class AppendOnlyFile<TLine>(string path, Action<TLine> apply, Action reset) : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim oneOfThisProcess = new(1, 1);
    private long readTo;

    /// <summary>Asks <paramref name="next"/> for a line once everything in the file is known, and appends it; null appends nothing.</summary>
    /// <exception cref="TimeoutException">Others held the lock for 30 seconds.</exception>
    /// <exception cref="InvalidDataException">The file holds a complete line that is not one of ours.</exception>
    public async Task AppendAsync(Func<TLine?> next, CancellationToken cancellationToken)
    {
        await oneOfThisProcess.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await using var held = await LockAsync(cancellationToken);
            await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            CatchUp(file);
            if (next() is { } line)
            {
                byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, JsonSerializerOptions.Web), (byte)'\n'];
                file.Position = readTo;
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                readTo = file.Position;
                apply(line);
            }
        }
        finally
        {
            oneOfThisProcess.Release();
        }
    }

    public void Dispose() => oneOfThisProcess.Dispose();

    private void CatchUp(FileStream file)
    {
        if (file.Length < readTo)
        {
            reset();
            readTo = 0;
        }

        file.Position = readTo;
        var added = new byte[file.Length - readTo];
        file.ReadExactly(added);
        var complete = added.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var line in JsonLines.Read<TLine>(added.AsMemory(0, complete), path))
        {
            apply(line);
        }

        readTo += complete;
        if (complete < added.Length)
        {
            file.SetLength(readTo);
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LockPatience);
        while (!patience.IsCancellationRequested)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(LockPoll, cancellationToken);
            }
        }

        throw new TimeoutException($"{path}.lock was held by another process for {LockPatience.TotalSeconds} s.");
    }
}
