using System.Net;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Monitor.Tests.Acting;

/// <summary>Operations on many targets beside each other, and the rate that was promised for each.</summary>
public sealed class When_many_operations_run
{
    [Fact, Trait("req", "OPS-02")]
    public async Task A_slow_operation_holds_up_no_other()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann", "operator");
        for (var i = 0; i < 3; i++)
        {
            await host.LetterAsync("POISON_MESSAGE");
            await host.LetterAsync("HANDLER_FAILED");
        }

        var slow = await BeginAsync(ann, "POISON_MESSAGE", perSecond: 0.01);
        await UntilAsync(async () => (await OfAsync(ann, slow)).Done == 1, "the slow one's first target");
        var fast = await BeginAsync(ann, "HANDLER_FAILED", perSecond: 100);

        await UntilAsync(async () => (await OfAsync(ann, fast)).Status == "done", "the fast one");
        (await OfAsync(ann, slow)).ShouldBe(("running", 1));
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Another_process_keeps_the_rate_too()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann", "operator");
        for (var i = 0; i < 3; i++)
            await host.LetterAsync("POISON_MESSAGE");
        var id = await BeginAsync(ann, "POISON_MESSAGE", perSecond: 0.01);
        await UntilAsync(async () => (await OfAsync(ann, id)).Done == 1, "the first target");

        // Suspended and resumed it belongs to whoever takes it, as after a crash.
        for (var i = 0; i < 2; i++)
        {
            (await TurnAsync(ann, id, "suspend")).ShouldBe(HttpStatusCode.OK);
            (await TurnAsync(ann, id, "resume")).ShouldBe(HttpStatusCode.OK);
        }
        var store = host.Services.GetRequiredService<OperationStore>();
        await UntilAsync(async () => (await store.OrphansAsync(CancellationToken.None)).Count == 0, "somebody who has it");

        (await OfAsync(ann, id)).ShouldBe(("running", 1), "the next target is due 100 s after the last one");
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task Whoever_lost_an_operation_does_nothing_more_of_it()
    {
        await using var host = await ActingHost.StartAsync();
        using var ann = host.As("ann", "operator");
        for (var i = 0; i < 2; i++)
            await host.LetterAsync("POISON_MESSAGE");
        var id = await BeginAsync(ann, "POISON_MESSAGE", perSecond: 0.01);
        await UntilAsync(async () => (await OfAsync(ann, id)).Done == 1, "the first target");
        var store = host.Services.GetRequiredService<OperationStore>();
        var operation = (await store.FindAsync(id, CancellationToken.None))!;
        var waiting = (await store.WaitingAsync(id, 10, CancellationToken.None))[0];

        var said = await host
            .Services.GetRequiredService<OperationItems>()
            .DoItemAsync(operation, waiting, "another process", CancellationToken.None);

        said.ShouldBeNull();
        (await OfAsync(ann, id)).ShouldBe(("running", 1));
    }

    [Fact, Trait("req", "OPS-02")]
    public async Task A_target_that_cannot_even_be_read_holds_up_no_other()
    {
        await using var host = await ActingHost.StartAsync();
        var broken = await host.LetterAsync("POISON_MESSAGE");
        var good = await host.LetterAsync("POISON_MESSAGE");
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        await units.ExecuteAsync(
            new Statement(
                $"UPDATE {units.Dialect.Table("dead_letter")} SET meta = @meta WHERE id = @id",
                ("meta", "{no json"u8.ToArray(), ColumnKind.Bytes),
                ("id", broken, ColumnKind.Int64)
            )
        );
        using var ann = host.As("ann", "operator");

        var answer = await ann.OperateAsync(
            new
            {
                kind = "dead-letter.retry",
                targets = new[] { new { letter = broken }, new { letter = good } },
                reason = "again",
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var id = (await answer.JsonAsync()).GetProperty("id").GetGuid();
        await UntilAsync(async () => (await OfAsync(ann, id)).Status == "done", "the end");
        var operation = await ann.ReadAsync($"operations/{id}");
        (operation.GetProperty("done").GetInt32(), operation.GetProperty("failed").GetInt32()).ShouldBe((1, 1));
    }

    [Fact]
    public void What_was_slow_is_not_caught_up_with()
    {
        var clock = new FakeTimeProvider();
        var pace = new Pace(clock, perSecond: 10, sinceLast: null);
        pace.Rest.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
        clock.Advance(TimeSpan.FromMinutes(1));
        var atOnce = 0;
        for (; pace.Rest <= TimeSpan.Zero && atOnce < 100; atOnce++)
            pace.Done();
        atOnce.ShouldBeLessThanOrEqualTo(2);
        pace.Rest.ShouldBeLessThanOrEqualTo(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void The_first_target_waits_for_the_last_one_of_another_process()
    {
        var pace = new Pace(new FakeTimeProvider(), perSecond: 0.1, sinceLast: TimeSpan.FromSeconds(4));
        pace.Rest.ShouldBe(TimeSpan.FromSeconds(6));
    }

    private static async Task<Guid> BeginAsync(HttpClient client, string reason, double perSecond)
    {
        var answer = await client.OperateAsync(
            new
            {
                kind = "dead-letter.discard",
                select = new { reason },
                parameters = new { perSecond },
                reason = "test data",
            }
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("id").GetGuid();
    }

    private static async Task<(string Status, int Done)> OfAsync(HttpClient client, Guid id)
    {
        var operation = await client.ReadAsync($"operations/{id}");
        return (operation.GetProperty("status").GetString()!, operation.GetProperty("done").GetInt32());
    }

    private static async Task<HttpStatusCode> TurnAsync(HttpClient client, Guid id, string verb)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"operations/{id}/{verb}");
        message.Headers.Add("X-Coordination", "1");
        return (await client.SendAsync(message)).StatusCode;
    }

    private static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Eventually.Until(condition, TimeSpan.FromSeconds(30), what, TestContext.Current.CancellationToken);
}
