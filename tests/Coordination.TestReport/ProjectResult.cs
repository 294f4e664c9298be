using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Coordination.TestReport;

/// <summary>What one run of one test project left: NAME.exit (its exit code) and NAME.xml (xunit's results).</summary>
internal sealed record ProjectResult(
    string Name,
    string Servers,
    int ExitCode,
    double Seconds,
    IReadOnlyList<TestResult> Tests,
    string? Trouble
)
{
    public int Passed => Count("Pass");

    // A project that ended badly without naming a failed test has failed all the same.
    public int Failed => Count("Fail") + (Trouble is null ? 0 : 1);

    public int Skipped => Count("Skip");

    public IEnumerable<TestResult> FailedTests => Tests.Where(test => test.Outcome == "Fail");

    public static ProjectResult Read(string exitFile)
    {
        var name = Path.GetFileNameWithoutExtension(exitFile);
        var folder = Path.GetDirectoryName(Path.GetFullPath(exitFile))!;
        var exitCode = int.Parse(File.ReadAllText(exitFile).Trim(), CultureInfo.InvariantCulture);
        var log = Path.Combine(folder, name + ".log");
        double seconds = 0;
        List<TestResult> tests = [];
        string? trouble = null;
        try
        {
            foreach (var assembly in XDocument.Load(Path.Combine(folder, name + ".xml")).Descendants("assembly"))
            {
                seconds += Number(assembly, "time");
                tests.AddRange(assembly.Descendants("test").Select(TestResult.Read).Where(test => test.Outcome != "NotRun"));
                if (assembly.Descendants("error").FirstOrDefault() is { } error)
                    trouble = $"A failure outside of any test: {error.Descendants("message").FirstOrDefault()?.Value}";
            }
        }
        catch (Exception e) when (e is IOException or XmlException)
        {
            trouble = $"It left no readable results: {e.Message}";
        }
        if (exitCode == 124)
            trouble = "It was stopped because it ran too long.";
        else if (exitCode != 0 && trouble is null && !tests.Exists(test => test.Outcome == "Fail") && !OnlyLeftThreads(log))
            trouble = "It failed without naming a test.";
        if (trouble is not null)
            trouble = $"{trouble} Exit code {exitCode}, see {log}";
        return new ProjectResult(name, Path.GetFileName(folder), exitCode, seconds, tests, trouble);
    }

    public static IReadOnlyList<ProjectResult> ReadAll(IEnumerable<string> folders) =>
        [
            .. folders
                .Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.exit", SearchOption.AllDirectories))
                .Order(StringComparer.Ordinal)
                .Select(Read),
        ];

    internal static double Number(XElement element, string attribute) =>
        double.TryParse(element.Attribute(attribute)?.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;

    /// <summary>
    /// Every test has passed and been written down; a library's thread then kept the process up for longer than the runner waits (ten seconds), and it was
    /// ended.
    /// </summary>
    private static bool OnlyLeftThreads(string log) =>
        File.Exists(log) && File.ReadAllText(log).Contains("Foreground threads were left running", StringComparison.Ordinal);

    private int Count(string outcome) => Tests.Count(test => test.Outcome == outcome);
}

/// <summary>One test: its outcome is Pass, Fail or Skip.</summary>
internal sealed record TestResult(string Name, string Outcome, double Seconds, string Message, IReadOnlyList<string> Requirements)
{
    public static TestResult Read(XElement test) =>
        new(
            test.Attribute("name")?.Value ?? "?",
            test.Attribute("result")?.Value ?? "?",
            ProjectResult.Number(test, "time"),
            // xunit writes quotation marks and line ends of messages as escapes.
            (test.Descendants("message").FirstOrDefault()?.Value ?? test.Element("reason")?.Value ?? "")
                .Replace("\\\"", "\"", StringComparison.Ordinal)
                .Replace("\\r", "", StringComparison.Ordinal)
                .Replace("\\n", "\n", StringComparison.Ordinal)
                .Trim(),
            [
                .. test.Descendants("trait")
                    .Where(trait => trait.Attribute("name")?.Value == "req")
                    .Select(trait => trait.Attribute("value")?.Value ?? ""),
            ]
        );
}
