using System.Runtime.CompilerServices;

namespace Coordination.Testing.Tests;

public sealed class ApprovedText
{
    [Fact]
    public void That_is_unchanged_passes() => SnapshotFile.ShouldMatch("first\r\nsecond", "Approved/two-lines.txt");

    [Fact]
    public void That_differs_fails_with_the_first_such_line()
    {
        // Not ShouldMatch: with COORDINATION_ACCEPT=1 it would write.
        var failure = Should.Throw<SnapshotMismatchException>(() => SnapshotFile.Compare("first\n2nd", Beside("Approved/two-lines.txt")));

        failure.Message.ShouldContain("line 2");
        failure.Message.ShouldContain("2nd");
    }

    [Fact]
    public void That_was_never_approved_fails() =>
        Should
            .Throw<SnapshotMismatchException>(() => SnapshotFile.Compare("x", Beside("Approved/none.txt")))
            .Message.ShouldContain("COORDINATION_ACCEPT");

    private static string Beside(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
