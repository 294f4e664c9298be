namespace Coordination.Monitor.Bench.Page;

/// <summary>What is measured inside the page.</summary>
internal static class Scripts
{
    /// <summary>Scrolls to the end until so many rows are loaded; returns how many are.</summary>
    public const string LoadRows = """
        async wanted => {
          const grid = document.querySelector('[data-testid=run-grid]')
          const body = grid.querySelector('[role=rowgroup]:last-child')
          for (let last = 0, same = 0; body.offsetHeight / 34 < wanted && same < 400;) {
            grid.scrollTop = body.offsetHeight
            await new Promise(resolve => setTimeout(resolve, 25))
            same = body.offsetHeight === last ? same + 1 : 0
            last = body.offsetHeight
          }
          return Math.round(body.offsetHeight / 34)
        }
        """;

    /// <summary>Milliseconds from setting the scroll position until rows of there are on the screen.</summary>
    public const string Jump = """
        async share => {
          const grid = document.querySelector('[data-testid=run-grid]')
          const body = grid.querySelector('[role=rowgroup]:last-child')
          const began = performance.now()
          grid.scrollTop = body.offsetHeight * share
          for (;;) {
            await new Promise(requestAnimationFrame)
            const box = grid.getBoundingClientRect()
            const row = document.elementFromPoint(box.left + 400, box.top + box.height / 2)?.closest('[data-row-id]')
            if (row && Math.abs(Number(row.getAttribute('aria-rowindex')) - body.offsetHeight * share / 34) < 60) return performance.now() - began
          }
        }
        """;

    /// <summary>The share of places without a row, looked at before each frame scrolls on by 300 pixels.</summary>
    public const string FastScroll = """
        async milliseconds => {
          const grid = document.querySelector('[data-testid=run-grid]')
          grid.scrollTop = 0
          await new Promise(resolve => setTimeout(resolve, 300))
          let samples = 0, blank = 0
          for (const end = performance.now() + milliseconds; performance.now() < end;) {
            await new Promise(requestAnimationFrame)
            const box = grid.getBoundingClientRect()
            for (let y = box.top + 50; y < box.bottom - 20; y += 34) {
              samples++
              if (!document.elementFromPoint(box.left + 400, y)?.closest('[data-row-id]')) blank++
            }
            grid.scrollTop += 300
          }
          return 100 * blank / samples
        }
        """;

    public const string FirstPaint = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime";
    public const string IsLive = "() => document.querySelector('[data-testid=live]').dataset.kind === 'fresh'";
    public const string IsBroken = "() => document.querySelector('[data-testid=live]').dataset.kind === 'broken'";
}
