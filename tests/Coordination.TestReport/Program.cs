using Coordination.TestReport;

// Reads what test.sh collected. The last command's exit code is the run's.
//   project FILE.exit        one line about one project, and its failures
//   total FOLDER…            the closing line; 1 if a test failed, was skipped, or there was none
//   requirements FOLDER…     one line a requirement; 1 if one failed
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Coordination.TestReport project FILE.exit | total FOLDER… | requirements FOLDER…");
    return 2;
}
return args[0] switch
{
    "project" => Project(ProjectResult.Read(args[1])),
    "total" => Total(ProjectResult.ReadAll(args[1..])),
    "requirements" => Requirements(ProjectResult.ReadAll(args[1..])),
    var other => throw new InvalidOperationException($"unknown command {other}"),
};

static int Project(ProjectResult result)
{
    var counts =
        result.Tests.Count == 0 && result.Trouble is null
            ? "no tests of this kind"
            : $"{result.Passed, 4} passed, {result.Failed} failed, {result.Skipped} skipped";
    Console.WriteLine($"  {result.Servers, -10} {result.Name, -40} {counts}  {result.Seconds, 6:0.0} s");
    foreach (var test in result.FailedTests)
        Console.WriteLine($"    FAILED {test.Name}\n      {test.Message.ReplaceLineEndings("\n      ")}");
    foreach (var test in result.Tests.Where(test => test.Outcome == "Skip"))
        Console.WriteLine($"    SKIPPED {test.Name}: {test.Message}");
    if (result.Trouble is not null)
        Console.WriteLine($"    FAILED {result.Name}: {result.Trouble}");
    return 0;
}

static int Total(IReadOnlyList<ProjectResult> results)
{
    int passed = results.Sum(result => result.Passed),
        failed = results.Sum(result => result.Failed),
        skipped = results.Sum(result => result.Skipped);
    foreach (var result in results.Where(result => result.Failed > 0))
        Console.WriteLine(
            $"failed: {result.Name} ({result.Servers}): {string.Join(", ", result.FailedTests.Select(test => test.Name).DefaultIfEmpty(result.Trouble ?? ""))}"
        );
    Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
    return passed > 0 && failed == 0 && skipped == 0 ? 0 : 1;
}

static int Requirements(IReadOnlyList<ProjectResult> results)
{
    // A test that ran on containers and on native servers is one test; it passes if it passed everywhere.
    var rows = results
        .SelectMany(result => result.Tests)
        .SelectMany(test => test.Requirements.Select(id => (Id: id, test.Name, test.Outcome)))
        .GroupBy(row => row.Id, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group =>
            (
                Id: group.Key,
                Tests: group.Select(row => row.Name).Distinct(StringComparer.Ordinal).Count(),
                Bad: group.Where(row => row.Outcome != "Pass").Select(row => row.Name).Distinct(StringComparer.Ordinal).ToList()
            )
        )
        .ToList();
    Console.WriteLine($"{"id", -10} {"tests", 5}  result");
    foreach (var (id, tests, bad) in rows)
        Console.WriteLine($"{id, -10} {tests, 5}  {(bad.Count == 0 ? "pass" : "FAIL: " + string.Join(", ", bad))}");
    Console.WriteLine($"{rows.Count} requirements with tests, {rows.Count(row => row.Bad.Count > 0)} failing");
    return rows.Exists(row => row.Bad.Count > 0) ? 1 : 0;
}
