using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Driving;

/// <summary>Pictures for people to look at: artifacts/monitor-shots.</summary>
internal static class Shots
{
    private static readonly Lazy<string> Folder = new(() => Directory.CreateDirectory(Path.Combine(Artifacts(), "monitor-shots")).FullName);

    public static Task TakeAsync(IPage page, string name) =>
        page.ScreenshotAsync(
            new PageScreenshotOptions
            {
                Path = Path.Combine(Folder.Value, $"{name}.jpg"),
                Type = ScreenshotType.Jpeg,
                Quality = 80,
                Animations = ScreenshotAnimations.Disabled,
            }
        );

    // The tests run from artifacts/bin/<project>/<configuration>.
    private static string Artifacts() => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));
}
