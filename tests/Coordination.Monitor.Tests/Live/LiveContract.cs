namespace Coordination.Monitor.Tests.Live;

/// <summary>What viewers hear, over one database.</summary>
public abstract class LiveContract
{
    private protected abstract Task<MonitorHost> StartAsync(Action<HostSetting>? set = null);

    [Fact, Trait("req", "OPS-01")]
    public async Task A_viewer_hears_of_runs_as_they_change()
    {
        await using var host = await StartAsync();
        using var listening = await Listening.ToAsync(host, "runs");
        listening.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        listening.Response.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        (await listening.UntilAsync(heard => heard.Topic == "pulse"))!.Data.GetProperty("nav").GetProperty("stuck").GetInt32().ShouldBe(0);
        var run = await host.RunAsync(Plans.Review("ticket"));
        var heard = await listening.UntilAsync(heard =>
            heard.Topic == "runs"
            && heard
                .Data.GetProperty("rows")
                .EnumerateArray()
                .Any(row => row.GetProperty("runId").GetGuid() == run && row.GetProperty("status").GetString() == "completed")
        );
        heard.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_run_s_page_hears_of_its_run_alone()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.SubmitAsync(Plans.Review("ticket", review: "ask"));
        await host.ListedAsync(run, row => row.GetProperty("waitKind").GetString() == "person");
        using var listening = await Listening.ToAsync(host, $"run:{run},operations");
        await listening.UntilAsync(heard => heard.Topic == "pulse");
        await host.RunAsync(Plans.Review("other"));
        await host.Runs.CancelAsync(run, "ada", cancellationToken: TestContext.Current.CancellationToken);
        var heard = await listening.UntilAsync(heard => heard.Topic != "pulse");
        heard!.Topic.ShouldBe($"run:{run}");
    }

    [Fact]
    public async Task Whoever_comes_back_hears_what_was_missed_or_that_there_is_a_gap()
    {
        await using var host = await StartAsync();
        using var stays = await Listening.ToAsync(host, "runs");
        string? position;
        using (var first = await Listening.ToAsync(host, "runs"))
            position = (await first.UntilAsync(heard => heard.Topic == "pulse"))!.Id;
        var run = await host.RunAsync(Plans.Review("ticket"));
        await stays.UntilAsync(heard => heard.Topic == "runs");
        using var again = await Listening.ToAsync(host, "runs", position);
        var next = await again.UntilAsync(heard => heard.Topic is "runs" or "gap");
        next!.Topic.ShouldBe("runs");
        next.Data.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("runId").GetGuid()).ShouldContain(run);
        using var stranger = await Listening.ToAsync(host, "runs", "ffffffff-1");
        (await stranger.UntilAsync(_ => true))!.Topic.ShouldBe("gap");
    }

    [Fact]
    public async Task Whoever_comes_anew_reads_again_what_may_have_changed_before_it_was_watched()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.SubmitAsync(Plans.Review("ticket", review: "ask"));
        await host.ListedAsync(run, row => row.GetProperty("waitKind").GetString() == "person");
        using var first = await Listening.ToAsync(host, "overview");
        (await first.UntilAsync(heard => heard.Topic is "gap" or "pulse"))!.Topic.ShouldBe("gap");
        var position = (await first.UntilAsync(heard => heard.Topic == "pulse"))!.Id;
        // Another page of the same browser, which goes on from where it heard last: its run is looked at for the first time.
        using var next = await Listening.ToAsync(host, $"run:{run}", position);
        (await next.UntilAsync(heard => heard.Topic != "pulse"))!.Topic.ShouldBe($"run:{run}");
        using var second = await Listening.ToAsync(host, "overview");
        (await second.UntilAsync(heard => heard.Topic is "gap" or "pulse"))!.Topic.ShouldBe("gap");
    }

    [Fact]
    public async Task Every_topic_can_be_looked_at()
    {
        await using var host = await StartAsync();
        var probes = host.Get<LiveProbes>();
        var stop = TestContext.Current.CancellationToken;
        foreach (var topic in LiveProbes.Topics)
            (await probes.OfAsync(topic, stop)).ShouldNotBeEmpty(topic);
        var nothing = Guid.NewGuid();
        foreach (var kind in new[] { "ballot", "operation", "run" })
            (await probes.OfEachAsync(kind, [nothing], stop))[nothing].ShouldBeEmpty(kind);
        var run = await host.RunAsync(Plans.Review("ticket"));
        var each = await probes.OfEachAsync("run", [nothing, run], stop);
        (each.Count, each[nothing]).ShouldBe((2, ""));
        each[run].ShouldNotBeEmpty();
        (await probes.ListAsync(stop)).Version.ShouldBeGreaterThan(0);
        (await probes.BehindAsync(stop)).ShouldBeNull();
        using var listening = await Listening.ToAsync(host, "overview,runs,ballots,dead-letters,effects,timers,operations,flow,agents");
        await listening.UntilAsync(heard => heard.Topic == "pulse");
        // Its deadline stays as long as it waits.
        await host.Runs.SubmitAsync(Plans.Review("ticket", review: "ask"), cancellationToken: stop);
        var missing = new HashSet<string> { "overview", "runs", "timers", "flow" };
        (await listening.UntilAsync(heard => missing.Remove(heard.Topic) && missing.Count == 0)).ShouldNotBeNull();
    }

    [Fact]
    public async Task There_are_so_many_listeners_and_no_more()
    {
        await using var host = await StartAsync(set => set.Monitor = monitor => monitor.LiveConnections = 1);
        using var first = await Listening.ToAsync(host, "runs");
        ((int)first.Response.StatusCode).ShouldBe(200);
        using var second = await Listening.ToAsync(host, "runs");
        ((int)second.Response.StatusCode).ShouldBe(503);
        using var unknown = await Listening.ToAsync(host, "colours");
        ((int)unknown.Response.StatusCode).ShouldBe(400);
        using var nobody = await Listening.ToAsync(host, "runs", roles: "");
        ((int)nobody.Response.StatusCode).ShouldBe(403);
    }

    [Fact, Trait("req", "OPS-01")]
    public void Whoever_comes_back_after_nobody_listened_is_told_of_a_gap()
    {
        var feed = new LiveFeed();
        var topics = LiveTopics.Parse("runs");
        feed.Publish("runs", new Changed(DateTimeOffset.UnixEpoch));
        feed.Pass();
        using var back = feed.Join(topics, $"{feed.Name}-1", most: 100, "ann")!;
        back.Waiting.TryRead(out var heard).ShouldBeTrue();
        heard!.Topic.ShouldBe(LiveTopics.Gap);
        feed.Publish("runs", new Changed(DateTimeOffset.UnixEpoch));
        using var up = feed.Join(topics, $"{feed.Name}-2", most: 100, "bob")!;
        up.Waiting.TryRead(out var next).ShouldBeTrue();
        next!.Topic.ShouldBe("runs");
    }

    [Fact]
    public void One_viewer_cannot_use_up_all_connections()
    {
        var feed = new LiveFeed();
        var topics = LiveTopics.Parse("runs");
        for (var i = 0; i < 20; i++)
            feed.Join(topics, null, most: 100, "ann 10.0.0.1").ShouldNotBeNull();
        feed.Join(topics, null, most: 100, "ann 10.0.0.1").ShouldBeNull();
        feed.Join(topics, null, most: 100, "bob 10.0.0.1").ShouldNotBeNull();
    }

    [Fact]
    public async Task The_connection_ends_with_the_process_at_once()
    {
        var host = await StartAsync();
        using var listening = await Listening.ToAsync(host, "runs");
        await listening.UntilAsync(heard => heard.Topic == "pulse");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var ended = listening.UntilAsync(_ => false);
        var stopping = host.StopAsync();
        await Should.NotThrowAsync(async () =>
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken))
        );
        ended.IsCompleted.ShouldBeTrue();
        await stopping;
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await host.DisposeAsync();
    }
}

public sealed class LiveOnSqlite : LiveContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) => MonitorHost.EmbeddedAsync(set);
}

[Trait("needs", "servers")]
public sealed class LiveOnServers : LiveContract
{
    private protected override Task<MonitorHost> StartAsync(Action<HostSetting>? set = null) =>
        MonitorHost.OnServersAsync(TestContext.Current.CancellationToken, set);
}
