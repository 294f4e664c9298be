using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Driving;

/// <summary>The rules of accessibility a machine can check: WCAG 2.2 AA and axe's best practices.</summary>
internal static class Axe
{
    private const string Run = """
        async () => {
          const result = await axe.run(document, {
            resultTypes: ['violations'],
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          })
          return result.violations.map(violation =>
            `${violation.id} (${violation.impact}): ${violation.help}\n` + violation.nodes.slice(0, 4).map(node => `    ${node.target.join(' ')}  ${node.html.slice(0, 200)}\n      ${node.any.concat(node.all, node.none).map(check => check.message).join('; ').slice(0, 300)}`).join('\n'))
        }
        """;
    private static string? source;

    public static async Task<string> SourceAsync() =>
        source ??= await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));

    public static Task<string[]> ViolationsAsync(IPage page) => page.EvaluateAsync<string[]>(Run);

    public static async Task ShouldPassAsync(IPage page, string where)
    {
        var violations = await ViolationsAsync(page);
        Assert.True(violations.Length == 0, $"{where}:\n{string.Join("\n", violations)}");
    }
}
