using System.Runtime.CompilerServices;
using Coordination.Host.CommandLine;

namespace Coordination.Host.Tests;

/// <summary>What docs/concepts/consensus.md shows is what the program prints.</summary>
public sealed class The_page_about_consensus
{
    private const string Prompt = "$ coordination ";

    public static TheoryData<string> Shown() =>
        [
            .. Page()
                .Split("```")
                .Where(block => block.TrimStart().StartsWith(Prompt, StringComparison.Ordinal))
                .Select(block => block.Trim()),
        ];

    [Theory, MemberData(nameof(Shown))]
    public async Task Every_output_is_real(string block)
    {
        var lines = block.Split('\n');
        var words = lines[0]
            [Prompt.Length..]
            .Split(' ')
            .Select(word => word.StartsWith("docs/", StringComparison.Ordinal) ? In(word) : word);

        var typed = await Typed.RunAsync([.. words]);

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        typed.Error.ShouldBeEmpty();
        Written(typed.Out.Split('\n')).ShouldBe(Written(lines[1..]));
    }

    [Fact]
    public void Every_example_is_shown()
    {
        Shown().Count.ShouldBeGreaterThan(3);
        foreach (var file in Directory.EnumerateFiles(In("docs/examples")))
            Page().ShouldContain($"{Prompt}ballots simulate docs/examples/{Path.GetFileName(file)}\n");
    }

    // Tables end their lines with spaces, and a page has no use for them.
    private static string[] Written(string[] lines) => [.. lines.Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    private static string Page() => File.ReadAllText(In("docs/concepts/consensus.md"));

    private static string In(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", path));
}
