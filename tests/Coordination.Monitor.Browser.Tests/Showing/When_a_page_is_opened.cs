using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;
using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>Every route at two widths, light and dark: its heading and its content, a silent console, an unbroken policy, and no rule of accessibility broken.</summary>
public sealed class When_a_page_is_opened(Chromium chromium, World world) : IAsyncLifetime
{
    private Seeded seeded = null!;
    private Tab tab = null!;

    public async ValueTask InitializeAsync()
    {
        seeded = await world.SeededAsync();
        tab = await Tab.OpenAsync(chromium, seeded.Host);
    }

    public async ValueTask DisposeAsync() => await tab.DisposeAsync();

    [Theory, MemberData(nameof(Places.Names), MemberType = typeof(Places)), Trait("req", "OPS-01")]
    public async Task It_shows_what_it_is_for(string name)
    {
        var place = Places.Of(name);
        await tab.GoAsync(place.Route(seeded));

        await Assertions.Expect(tab.Page.Locator("main h1").First).ToContainTextAsync(place.Heading);
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync(place.Shows);
        List<string> broken = [];
        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (1024, true), (1024, false) })
        {
            var look = $"{width}-{(dark ? "dark" : "light")}";
            await tab.Page.SetViewportSizeAsync(width, 900);
            await tab.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
            await tab.DrawnAsync();
            await Shots.TakeAsync(tab.Page, $"{name.Replace(": ", "-", StringComparison.Ordinal).Replace(' ', '-')}-{look}");
            broken.AddRange((await Axe.ViolationsAsync(tab.Page)).Select(violation => $"{look}: {violation}"));
            if (await Layout.OverflowAsync(tab.Page) is { } cut)
                broken.Add($"{look}: {cut}");
        }
        Assert.True(broken.Count == 0, string.Join("\n", broken));
        await tab.ShouldBeSoundAsync(name);
    }
}
