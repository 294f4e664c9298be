using System.Runtime.CompilerServices;

namespace Coordination.Testing;

/// <summary>Compares text with an approved file beside the test. COORDINATION_ACCEPT=1 writes the file instead.</summary>
public static class SnapshotFile
{
    /// <param name="actual">The text of now. Line ends and the last line break do not matter.</param>
    /// <param name="name">The file's path, relative to the test's source file: "Approved/pipeline.txt".</param>
    /// <param name="testFile">Filled in by the compiler.</param>
    /// <exception cref="SnapshotMismatchException">The file differs or does not exist.</exception>
    public static void ShouldMatch(string actual, string name, [CallerFilePath] string testFile = "")
    {
        ArgumentNullException.ThrowIfNull(actual);
        var path = Path.Combine(Path.GetDirectoryName(testFile)!, name);
        var now = Normal(actual);
        if (Environment.GetEnvironmentVariable("COORDINATION_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, now);
            return;
        }
        Compare(now, path);
    }

    internal static void Compare(string actual, string path)
    {
        var now = Normal(actual);
        if (!File.Exists(path))
            throw new SnapshotMismatchException(
                $"{path} does not exist. Run the test once with COORDINATION_ACCEPT=1 and read what it wrote.\n{now}"
            );
        var approved = Normal(File.ReadAllText(path));
        if (approved == now)
            return;
        string[] was = approved.Split('\n'),
            has = now.Split('\n');
        var line = was.Zip(has).TakeWhile(pair => pair.First == pair.Second).Count();
        throw new SnapshotMismatchException(
            $"{path} differs from line {line + 1} on.\n  approved: {was.ElementAtOrDefault(line)}\n  now:      {has.ElementAtOrDefault(line)}\n"
                + "If the change is meant, run the test with COORDINATION_ACCEPT=1 and commit the file."
        );
    }

    private static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
}

/// <summary>The text is not the approved one; the message names the first line that differs.</summary>
public sealed class SnapshotMismatchException(string message) : Exception(message);
