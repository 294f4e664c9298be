using Microsoft.Playwright;

namespace Coordination.Monitor.Browser.Tests.Driving;

/// <summary>Whether something is cut off or has to be scrolled sideways that should not.</summary>
internal static class Layout
{
    private const string Find = """
        () => {
          const page = document.scrollingElement
          if (page.scrollWidth > innerWidth + 1) return `the page is ${page.scrollWidth} wide in a window of ${innerWidth}`
          const main = document.querySelector('main')
          if (main && main.scrollWidth > main.clientWidth + 1) {
            const edge = main.getBoundingClientRect().right
            const scrolls = element => { for (let at = element.parentElement; at && at !== main; at = at.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return true; return false }
            const wide = [...main.querySelectorAll('*')].find(element => element.getBoundingClientRect().right > edge + 1 && !scrolls(element))
            return `main is ${main.scrollWidth} wide, of which ${main.clientWidth} are seen; the first beyond: ${wide?.outerHTML.slice(0, 200)}`
          }
          return null
        }
        """;

    public static Task<string?> OverflowAsync(IPage page) => page.EvaluateAsync<string?>(Find);
}
