namespace Coordination.Workers.Tests;

/// <summary>Files of the source tree, found from where the tests run.</summary>
internal static class Repository
{
    public static string Path(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Coordination.sln")))
        {
            folder =
                folder.Parent
                ?? throw new DirectoryNotFoundException("Run the tests from inside the source tree: no Coordination.sln above.");
        }

        return System.IO.Path.Combine(folder.FullName, relative);
    }
}
