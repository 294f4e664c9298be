using System.Collections.Concurrent;
using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Persistence.Tests.DeadLetters;

/// <summary>From the handler's exception to the dead letter and back, with one endpoint.</summary>
[Trait("req", "RTY-17")]
public abstract class When_a_handler_fails
{
    private const string Name = "desk";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly ConcurrentBag<StepProgress> handled = [];
    private Func<StepProgress, Exception?> fails = _ => null;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract ValueTask<Bus.Installation> InstallAsync();

    [Fact]
    public async Task Its_message_is_parked_with_type_and_time_of_the_failure_and_not_with_what_it_said()
    {
        await using var installation = await InstallAsync();
        fails = _ => new InvalidOperationException("secret");
        using var host = await StartAsync(installation);

        var letter = await ParkedAsync(host, await SendAsync(host));

        var failure = letter.Failures.ShouldHaveSingleItem();
        (failure.Number, failure.Code, failure.Error, failure.Text).ShouldBe(
            (1, ReasonCode.NonRetryable, nameof(InvalidOperationException), null)
        );
        (letter.ParkedAt - failure.At).ShouldBeInRange(TimeSpan.Zero, Deadline);
        letter.Attempts.ShouldBe(1);
        letter.Message.Headers[EnvelopeHeaders.Contract].ShouldBe("step.progress.v1");
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task What_it_said_is_kept_when_the_settings_ask_for_it()
    {
        await using var installation = await InstallAsync();
        fails = _ => new InvalidOperationException("no such\norder");
        using var host = await StartAsync(installation, guard => guard.KeepExceptionText = true);

        var letter = await ParkedAsync(host, await SendAsync(host));

        letter.Failures.ShouldHaveSingleItem().Text.ShouldBe("no such order");
        letter.Detail.ShouldNotContain("no such");
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Every_attempt_is_in_the_list_when_it_was_tried_again_in_vain()
    {
        await using var installation = await InstallAsync();
        fails = _ => new GuardFailedException("two met");
        using var host = await StartAsync(installation);

        var letter = await ParkedAsync(host, await SendAsync(host));

        letter.Reason.ShouldBe(ReasonCode.VersionConflict);
        letter.Failures.Select(failure => failure.Number).ShouldBe(Enumerable.Range(1, 9));
        letter.Failures.ShouldAllBe(failure => failure.Code == ReasonCode.VersionConflict && failure.Error == nameof(GuardFailedException));
        letter.Failures.Select(failure => failure.At).ShouldBeInOrder();
        (letter.LastAt - letter.FirstAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_message_that_succeeds_leaves_nothing_even_when_an_attempt_failed()
    {
        await using var installation = await InstallAsync();
        var tries = 0;
        fails = _ => Interlocked.Increment(ref tries) <= 2 ? new GuardFailedException("two met") : null;
        using var host = await StartAsync(installation);

        await SendAsync(host);

        await Eventually.Until(() => handled.Count == 1, Deadline, "it is handled", Ct);
        (await RowsAsync(host, "redelivery")).ShouldBe(0);
        (await RowsAsync(host, "dead_letter")).ShouldBe(0);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Its_neighbours_are_handled_though_the_endpoint_takes_one_at_a_time()
    {
        await using var installation = await InstallAsync();
        fails = message => message.Note == "poison" ? new GuardFailedException("never works") : null;
        using var host = await StartAsync(installation, concurrency: 1);

        await SendAsync(host, "good", "poison", "good", "poison", "good");

        await Eventually.Until(() => handled.Count == 3, Deadline, "all neighbours are handled", Ct);
        await Eventually.Until(async () => (await OpenAsync(host)).Count == 2, Deadline, "the poison is parked", Ct);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task An_edited_and_retried_message_is_handled_once_and_its_original_is_then_a_duplicate()
    {
        await using var installation = await InstallAsync();
        fails = message => message.Percent is null ? new InvalidOperationException("percent is needed") : null;
        using var host = await StartAsync(installation);
        var run = await SendAsync(host);
        var letter = await ParkedAsync(host, run);
        var letters = host.Services.GetRequiredService<IDeadLetters>();
        var body = Encoding.UTF8.GetBytes($$"""{"runId":"{{run}}","stepId":"one","attempt":1,"percent":40}""");

        var edit = await letters.EditAsync(letter.Id, body, "anna", cancellationToken: Ct);
        (await letters.RetryAsync(edit!.NewId!.Value, "anna", Ct)).ShouldBeTrue();

        await Eventually.Until(() => handled.Count == 1, Deadline, "the new version is handled", Ct);
        var metrics = host.Services.GetRequiredService<PersistenceMetrics>();
        var before = metrics.DuplicateTotal;
        await host.Services.GetRequiredService<IOutboxSender>().SendAsync(letter.Message, Ct);
        await Eventually.Until(() => metrics.DuplicateTotal > before, Deadline, "the original is a duplicate", Ct);
        handled.ShouldHaveSingleItem().Percent.ShouldBe(40);
        (await OpenAsync(host)).ShouldBeEmpty();
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_retry_that_fails_again_is_parked_again_and_the_list_goes_on()
    {
        await using var installation = await InstallAsync();
        fails = _ => new InvalidOperationException("still broken");
        using var host = await StartAsync(installation);
        var run = await SendAsync(host);
        var first = await ParkedAsync(host, run);

        (await host.Services.GetRequiredService<IDeadLetters>().RetryAsync(first.Id, "anna", Ct)).ShouldBeTrue();

        var second = await ParkedAsync(host, run);
        second.Id.ShouldBeGreaterThan(first.Id);
        (second.Replaces, second.Attempts, second.FirstAt).ShouldBe((first.Id, 2, first.FirstAt));
        second.Message.MessageId.ShouldBe(first.Message.MessageId);
        await host.StopAsync(Ct);
    }

    private Task<IHost> StartAsync(Bus.Installation installation, Action<GuardOptions>? guard = null, int concurrency = 8) =>
        installation.StartAsync(builder =>
            builder
                .Guard(guard ?? (_ => { }))
                .AddEndpoint(Name, (_, endpoint) => endpoint.Consumer(() => new Consumer(this)), concurrency, prefetchCount: 8)
        );

    private static async Task<Guid> SendAsync(IHost host, params string[] notes)
    {
        var run = Guid.CreateVersion7();
        await using var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create();
        foreach (var note in notes.DefaultIfEmpty("good"))
        {
            var message = new StepProgress
            {
                RunId = run,
                StepId = "one",
                Attempt = 1,
                Note = note,
            };
            work.Send(ContractOutgoing.To(Name, message, Bus.Installation.Envelope(host, run) with { MessageId = Guid.CreateVersion7() }));
        }

        await work.CommitAsync(Ct);
        return run;
    }

    private static Task<IReadOnlyList<DeadLetter>> OpenAsync(IHost host, Guid? run = null) =>
        host.Services.GetRequiredService<IDeadLetters>().ListAsync(null, run, 10, Ct);

    private static async Task<DeadLetter> ParkedAsync(IHost host, Guid run)
    {
        await Eventually.Until(async () => (await OpenAsync(host, run)).Count == 1, Deadline, "it is parked", Ct);
        return (await OpenAsync(host, run))[0];
    }

    private static async Task<long> RowsAsync(IHost host, string table)
    {
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        return (await units.QueryAsync(new Statement($"SELECT count(*) FROM {units.Dialect.Table(table)}"), row => row.GetInt64(0), Ct))[0];
    }

    private sealed class Consumer(When_a_handler_fails test) : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context)
        {
            if (test.fails(context.Message) is { } exception)
            {
                throw exception;
            }

            context.GetPayload<IUnitOfWork>().OnCommitted(() => test.handled.Add(context.Message));
            return Task.CompletedTask;
        }
    }
}

public sealed class When_a_handler_fails_embedded : When_a_handler_fails
{
    protected override ValueTask<Bus.Installation> InstallAsync() => ValueTask.FromResult<Bus.Installation>(new Bus.Embedded());
}

[Trait("needs", "servers")]
public sealed class When_a_handler_fails_on_broker_and_database : When_a_handler_fails
{
    protected override async ValueTask<Bus.Installation> InstallAsync() => await Bus.Real.CreateAsync();
}
