using System.Text.Json;

namespace Coordination.Persistence.Tests;

/// <summary>
/// A version that this repository pins for somebody else's dependency does not reach projects outside, which then run with an older assembly than the one
/// compiled against. Whatever is pinned above what is asked for has to be a dependency of our own.
/// </summary>
public sealed class Packages_that_are_pinned_above_what_others_ask_for
{
    [Fact]
    public void Are_asked_for_by_a_library_of_our_own()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Coordination.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        var locks = Directory.GetFiles(Path.Combine(root, "src"), "packages.lock.json", SearchOption.AllDirectories);
        locks.Length.ShouldBeGreaterThan(3);
        locks.SelectMany(Missing).ShouldBeEmpty();
    }

    private static IEnumerable<string> Missing(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        foreach (var framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            var asked = framework
                .Value.EnumerateObject()
                .Where(package => package.Value.TryGetProperty("dependencies", out _))
                .SelectMany(package => package.Value.GetProperty("dependencies").EnumerateObject())
                .ToLookup(
                    dependency => dependency.Name,
                    dependency => Version(dependency.Value.GetString()!.TrimStart('[').Split(',')[0]),
                    StringComparer.OrdinalIgnoreCase
                );
            foreach (
                var package in framework
                    .Value.EnumerateObject()
                    .Where(one => one.Value.GetProperty("type").GetString() == "CentralTransitive")
            )
            {
                var pinned = Version(package.Value.GetProperty("resolved").GetString()!);
                if (asked[package.Name].All(version => version < pinned))
                {
                    yield return $"{Path.GetFileName(Path.GetDirectoryName(file))}: {package.Name} {pinned}";
                }
            }
        }
    }

    private static Version Version(string text) => System.Version.Parse(text.TrimEnd(']', ' ').Split('-')[0]);
}
