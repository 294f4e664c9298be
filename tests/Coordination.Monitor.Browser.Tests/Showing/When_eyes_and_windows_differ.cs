using Coordination.Monitor.Browser.Tests.Driving;
using Coordination.Monitor.Browser.Tests.Hosts;

namespace Coordination.Monitor.Browser.Tests.Showing;

/// <summary>Narrow windows, large letters, less motion, the system's own colours.</summary>
public sealed class When_eyes_and_windows_differ(Chromium chromium, World world)
{
    private static readonly string[] Details =
    [
        "a run: timeline",
        "a run: state",
        "a run: effects",
        "a run: waits",
        "an open ballot",
        "a decided ballot",
        "a dead letter",
        "an agent",
        "an operation",
        "overview",
        "settings",
        "flow",
    ];

    [Theory, Trait("req", "OPS-01")]
    [InlineData(320, 640, "reflow")]
    [InlineData(720, 450, "zoom")]
    public async Task Nothing_is_cut_off_sideways(int width, int height, string kind)
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host, new TabOptions(width, height));
        List<string> broken = [];
        foreach (var name in Details)
        {
            await tab.GoAsync(Places.Of(name).Route(seeded));
            await Shots.TakeAsync(tab.Page, $"{kind}-{name.Replace(": ", "-", StringComparison.Ordinal).Replace(' ', '-')}");
            if (await Layout.OverflowAsync(tab.Page) is { } cut)
                broken.Add($"{name}: {cut}");
            broken.AddRange((await Axe.ViolationsAsync(tab.Page)).Select(violation => $"{name}: {violation}"));
        }
        Assert.True(broken.Count == 0, string.Join("\n", broken));
        await tab.ShouldBeSoundAsync(kind);
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task Nothing_moves_for_whoever_asked_for_less_motion()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host, new TabOptions(ReducedMotion: true));
        foreach (var name in new[] { "overview", "runs", "a run: graph", "an open ballot" })
        {
            await tab.GoAsync(Places.Of(name).Route(seeded));
            var moving = await tab.Page.EvaluateAsync<string[]>(
                """
                () => [
                  ...document.getAnimations().filter(animation => animation.playState === 'running').map(animation => animation.effect?.target?.outerHTML.slice(0, 120) ?? '?'),
                  ...[...document.querySelectorAll('*')].filter(element => getComputedStyle(element).transitionDuration.split(',').some(time => parseFloat(time) > .02)).map(element => `transition: ${element.outerHTML.slice(0, 120)}`).slice(0, 3),
                ]
                """
            );
            Assert.True(moving.Length == 0, $"{name}:\n{string.Join("\n", moving)}");
        }
        await tab.ShouldBeSoundAsync("less motion");
    }

    [Fact, Trait("req", "OPS-01")]
    public async Task State_is_seen_in_the_systems_own_colours()
    {
        var seeded = await world.SeededAsync();
        await using var tab = await Tab.OpenAsync(chromium, seeded.Host, new TabOptions(ForcedColors: true));
        foreach (var name in new[] { "overview", "runs", "a run: timeline", "an open ballot" })
        {
            await tab.GoAsync(Places.Of(name).Route(seeded));
            await Shots.TakeAsync(tab.Page, $"forced-{name.Replace(": ", "-", StringComparison.Ordinal).Replace(' ', '-')}");
            // Bars are drawn by their background, which these colours take away.
            var unseen = await tab.Page.EvaluateAsync<string[]>(
                """
                () => {
                  const canvas = getComputedStyle(document.body).backgroundColor
                  return [...document.querySelectorAll('main [class*=bar] > span, main [class*=bar] > div, main [role=img] > *')]
                    .filter(element => { const box = element.getBoundingClientRect(); return box.width > 8 && box.height > 4 })
                    .filter(element => { const style = getComputedStyle(element); return style.backgroundColor === canvas && style.backgroundImage === 'none' && style.borderTopStyle === 'none' && style.borderLeftStyle === 'none' && style.outlineStyle === 'none' && !element.textContent.trim() && !element.querySelector('input, textarea, select') && element.localName !== 'svg' && !element.closest('svg') })
                    .map(element => element.outerHTML.slice(0, 140)).slice(0, 5)
                }
                """
            );
            Assert.True(unseen.Length == 0, $"{name}:\n{string.Join("\n", unseen)}");
        }
        await tab.ShouldBeSoundAsync("forced colours");
    }
}
