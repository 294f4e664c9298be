using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>
/// Looks for what changed while somebody listens, once for all of them: runs by the version of the list's rows, whoever keeps the list; everything else by probes, and
/// only for topics that are listened to.
/// </summary>
internal sealed partial class LiveWatch(
    LiveFeed feed,
    LiveProbes probes,
    RunListReads list,
    NavReads nav,
    TimeProvider time,
    ILogger<LiveWatch> logger
) : BackgroundService
{
    private const int MostRows = 200;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan PulseEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OverviewEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Dictionary<string, string> last = new(StringComparer.Ordinal);
    private long version = -1;
    private long overviewed;
    private bool overview;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        feed.Joined += Wake;
        var (probed, pulsed) = (0L, 0L);
        var known = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (feed.Count == 0)
                {
                    // Nobody hears what happens from here on.
                    feed.Pass();
                    last.Clear();
                    (version, pulsed, known) = (-1, 0, 0);
                    await wake.WaitAsync(stoppingToken);
                }
                var began = time.GetTimestamp();
                // Whoever has just come wants to know at once, and has read what it shows before anybody watched that for it.
                var listeners = feed.Count;
                var newcomers = feed.Newcomers();
                await RunsAsync(stoppingToken);
                if (probed == 0 || newcomers.Count > 0 || time.GetElapsedTime(probed) >= ProbeEvery)
                {
                    probed = time.GetTimestamp();
                    await ProbeAsync(stoppingToken);
                }
                feed.TellOfGap(newcomers);
                if (pulsed == 0 || listeners > known || time.GetElapsedTime(pulsed) >= PulseEvery)
                {
                    pulsed = time.GetTimestamp();
                    await PulseAsync(stoppingToken);
                }
                known = listeners;
                // A slow database is asked less.
                var rest = time.GetElapsedTime(began) > Every ? time.GetElapsedTime(began) : Every;
                await Task.Delay(rest < LongestRest ? rest : LongestRest, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(PulseEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override void Dispose()
    {
        feed.Joined -= Wake;
        wake.Dispose();
        base.Dispose();
    }

    private void Wake()
    {
        try
        {
            if (wake.CurrentCount == 0)
                wake.Release();
        }
        catch (Exception over) when (over is SemaphoreFullException or ObjectDisposedException)
        {
            // Awake already, or about to end.
        }
    }

    private async Task RunsAsync(CancellationToken cancellationToken)
    {
        if (version < 0)
        {
            version = (await probes.ListAsync(cancellationToken)).Version;
            return;
        }
        var rows = await list.ChangedAsync(version, MostRows + 1, cancellationToken);
        if (rows.Count == 0)
            return;
        var more = 0;
        if (rows.Count > MostRows)
        {
            // Nobody reads so many: the rest is a number, and whoever cares reads the list again.
            var newest = (await probes.ListAsync(cancellationToken)).Version;
            more = (int)Math.Min(int.MaxValue, newest - rows[MostRows - 1].Version);
            rows = [.. rows.Take(MostRows)];
            version = newest;
        }
        else
        {
            version = rows[^1].Version;
        }
        feed.Publish(LiveTopics.Runs, new RunPatch(rows, more));
        var wanted = feed.Wanted;
        var changed = new Changed(time.GetUtcNow());
        if (more > 0)
        {
            foreach (var topic in wanted.Where(topic => topic.StartsWith("run:", StringComparison.Ordinal)))
                feed.Publish(topic, changed);
        }
        else
        {
            foreach (var run in rows.Where(run => wanted.Contains(LiveTopics.Of("run", run.RunId))))
                feed.Publish(LiveTopics.Of("run", run.RunId), changed);
        }
        overview = true;
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var wanted = feed.Wanted;
        foreach (var topic in LiveProbes.Topics)
        {
            // The overview shows a little of everything but of timers and queues.
            if (wanted.Contains(topic) || (wanted.Contains("overview") && topic is not ("timers" or "flow")))
                overview |= News(topic, await probes.OfAsync(topic, cancellationToken));
        }
        // Read again it costs more than other topics, and runs change all the time.
        if (overview && wanted.Contains("overview") && time.GetElapsedTime(overviewed) >= OverviewEvery)
        {
            (overview, overviewed) = (false, time.GetTimestamp());
            feed.Publish("overview", new Changed(time.GetUtcNow()));
        }
        var single = wanted
            .Select(topic => topic.Split(':') is [var kind, var text] && Guid.TryParse(text, out var id) ? (Kind: kind, Id: id) : default)
            .Where(topic => topic.Kind is not null)
            .ToLookup(topic => topic.Kind, topic => topic.Id, StringComparer.Ordinal);
        foreach (var kind in single)
        {
            foreach (var (id, now) in await probes.OfEachAsync(kind.Key, [.. kind], cancellationToken))
                News(LiveTopics.Of(kind.Key, id), now);
        }
    }

    private bool News(string topic, string now)
    {
        // Looked at for the first time: whoever shows it read it before this, and it may have changed in between.
        var known = last.TryGetValue(topic, out var before);
        last[topic] = now;
        if (known && before == now)
            return false;
        feed.Publish(topic, new Changed(time.GetUtcNow()));
        return true;
    }

    private async Task PulseAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var behind = await probes.BehindAsync(cancellationToken);
        var lag = behind is { } since ? Math.Max(0, (long)(now - since).TotalMilliseconds) : 0;
        feed.Publish(LiveTopics.Pulse, new Pulse(now, lag, await nav.GetAsync(cancellationToken)));
    }

    [LoggerMessage(7205, LogLevel.Warning, "Live changes could not be looked for; trying again")]
    private partial void LogFailed(Exception error);
}
