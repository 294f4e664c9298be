using System.Text;
using Coordination.Contracts;

namespace Coordination.Persistence.Tests.DeadLetters;

/// <summary>What dead letters promise, whatever the database.</summary>
[Trait("req", "RTY-17")]
public abstract partial class DeadLetterConformance
{
    private const string Endpoint = "agent-refund";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreFixture> StoreAsync();

    [Fact]
    public async Task A_letter_tells_body_headers_every_attempt_first_and_last_time_and_the_trace()
    {
        await using var store = await StoreAsync();
        var message = Progress();
        await RedeliverAsync(store, message, 2);
        FreshFailure[] failures =
        [
            new(1, ReasonCode.VersionConflict, "GuardFailedException", null, TimeSpan.FromSeconds(70)),
            new(2, ReasonCode.NonRetryable, "InvalidOperationException", "no such order", TimeSpan.FromSeconds(10)),
        ];

        var letter = await ParkAsync(store, message, failures);

        letter.Message.Body.ShouldBe(message.Body);
        letter.Message.Headers.ShouldBe(message.Headers, ignoreOrder: true);
        letter.TraceId.ShouldBe(Trace);
        letter.Attempts.ShouldBe(4);
        letter
            .Failures.Select(failure => (failure.Number, failure.Code, failure.Error))
            .ShouldBe([
                (1, ReasonCode.InDoubt, null),
                (2, ReasonCode.InDoubt, null),
                (3, ReasonCode.VersionConflict, "GuardFailedException"),
                (4, ReasonCode.NonRetryable, "InvalidOperationException"),
            ]);
        letter.Failures[3].Text.ShouldBe("no such order");
        (letter.Failures[3].At - letter.Failures[2].At).ShouldBe(TimeSpan.FromSeconds(60));
        (letter.ParkedAt - letter.LastAt).ShouldBeInRange(TimeSpan.FromSeconds(9.9), TimeSpan.FromSeconds(40));
        letter.FirstAt.ShouldBe(letter.Failures[0].At);
        letter.State.ShouldBe(LetterState.Open);
    }

    [Fact]
    public async Task Of_many_deliveries_the_first_ten_and_the_last_ten_are_kept()
    {
        await using var store = await StoreAsync();
        var message = Progress();
        await RedeliverAsync(store, message, 33);

        var letter = await ParkAsync(store, message, Failed());

        letter.Failures.Select(failure => failure.Number).ShouldBe([.. Enumerable.Range(1, 10), .. Enumerable.Range(25, 10)]);
        letter.Attempts.ShouldBe(34);
    }

    [Fact]
    public async Task A_message_of_another_endpoint_has_attempts_of_its_own()
    {
        await using var store = await StoreAsync();
        var message = Progress();
        var key = Guard.RedeliveryKey("agent-other", message.MessageId);
        await store.Get<IDeadLetters>().CountRedeliveryAsync(key, Ct);

        (await ParkAsync(store, message, Failed())).Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task An_edited_letter_is_a_new_version_with_the_same_id_and_the_original_stays()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var original = await ParkAsync(store, Progress(), Failed());
        var body = Body(original, percent: 40);

        var edit = await letters.EditAsync(original.Id, body, "anna", cancellationToken: Ct);

        edit!.Problems.ShouldBeEmpty();
        var kept = (await letters.FindAsync(original.Id, Ct))!;
        (kept.State, kept.ReplacedBy, kept.SettledBy).ShouldBe((LetterState.Superseded, edit.NewId, "anna"));
        kept.Message.Body.ShouldBe(original.Message.Body);
        kept.SettledAt!.Value.ShouldBeGreaterThanOrEqualTo(kept.ParkedAt);
        var edited = (await letters.ListAsync(null, null, 10, Ct)).ShouldHaveSingleItem();
        (edited.Id, edited.Replaces, edited.State).ShouldBe((edit.NewId!.Value, original.Id, LetterState.Open));
        edited.Message.Body.ShouldBe(body);
        edited.Message.MessageId.ShouldBe(original.Message.MessageId);
        edited.Message.Headers.ShouldBe(original.Message.Headers, ignoreOrder: true);
        edited.Failures.ShouldBe(original.Failures);

        (await letters.RetryAsync(edited.Id, "bert", Ct)).ShouldBeTrue();
        var sent = store.Relay.Commits.ShouldHaveSingleItem().Rows.ShouldHaveSingleItem().Message;
        (sent.MessageId, sent.Destination).ShouldBe((original.Message.MessageId, original.Message.Destination));
        sent.Body.ShouldBe(body);
    }

    [Theory]
    [InlineData("""{"runId":"RUN","stepId":"one","attempt":1,"percent":101}""", "percent")]
    [InlineData("""{"runId":"RUN","stepId":"one"}""", "attempt")]
    [InlineData("""{"runId":"RUN","stepId":"one","attempt":1,"colour":"red"}""", "colour")]
    [InlineData("""{"runId":"RUN","stepId":"two","attempt":1}""", "headers." + EnvelopeHeaders.StepId)]
    [InlineData("""{"runId":"RUN",""", "body")]
    public async Task A_body_that_breaks_its_contract_is_refused_with_the_problem_and_nothing_changes(string body, string path)
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var original = await ParkAsync(store, Progress(), Failed());
        var text = body.Replace("RUN", original.Message.GroupId!.Value.ToString("D"), StringComparison.Ordinal);

        var edit = await letters.EditAsync(original.Id, Encoding.UTF8.GetBytes(text), "anna", cancellationToken: Ct);

        edit!.NewId.ShouldBeNull();
        edit.Problems.ShouldContain(problem => problem.Path == path);
        (await letters.ListAsync(null, null, 10, Ct)).ShouldHaveSingleItem().Id.ShouldBe(original.Id);
        (await store.CountAsync("dead_letter")).ShouldBe(1);
    }

    [Fact]
    public async Task A_retried_letter_that_fails_again_is_a_new_open_one_that_goes_on_counting()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var message = Progress();
        var first = await ParkAsync(store, message, Failed());
        (await letters.RetryAsync(first.Id, "anna", Ct)).ShouldBeTrue();

        var second = await ParkAsync(store, message, Failed());

        second.Id.ShouldNotBe(first.Id);
        (second.Replaces, second.Attempts, second.FirstAt).ShouldBe((first.Id, 2, first.FirstAt));
        var kept = (await letters.FindAsync(first.Id, Ct))!;
        (kept.State, kept.SettledBy, kept.ReplacedBy).ShouldBe((LetterState.Retried, "anna", second.Id));
        (await letters.RetryAsync(second.Id, "anna", Ct)).ShouldBeTrue();
        var third = await ParkAsync(store, message, Failed());
        (third.Replaces, third.Attempts).ShouldBe((second.Id, 3));
        (await letters.ListAsync(new LetterFilter { Settled = true }, 10, Ct)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Of_two_people_only_one_decides_and_what_was_decided_is_not_decided_again()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var letter = await ParkAsync(store, Progress(), Failed());

        var decided = await Task.WhenAll(
            Task.Run(() => letters.RetryAsync(letter.Id, "anna", Ct), Ct),
            Task.Run(() => letters.DiscardAsync(letter.Id, "not needed", "bert", Ct), Ct),
            Task.Run(
                async () => (await letters.EditAsync(letter.Id, Body(letter, 1), "carl", cancellationToken: Ct))?.NewId is not null,
                Ct
            )
        );

        decided.Count(yes => yes).ShouldBe(1);
        (await letters.RetryAsync(letter.Id, "anna", Ct)).ShouldBeFalse();
        (await letters.DiscardAsync(letter.Id, "not needed", "bert", Ct)).ShouldBeFalse();
        (await letters.EditAsync(letter.Id, Body(letter, 1), "carl", cancellationToken: Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_discarded_letter_is_kept_with_who_when_and_why_and_is_no_open_one()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var letter = await ParkAsync(store, Progress(), Failed());

        (await letters.DiscardAsync(letter.Id, "test data", "bert", Ct)).ShouldBeTrue();

        var kept = (await letters.FindAsync(letter.Id, Ct))!;
        (kept.State, kept.SettledBy, kept.SettledBecause).ShouldBe((LetterState.Discarded, "bert", "test data"));
        kept.SettledAt.ShouldNotBeNull();
        (await letters.ListAsync(null, null, 10, Ct)).ShouldBeEmpty();
        (await letters.IdsAsync(new LetterFilter(), 10, Ct)).ShouldBeEmpty();
        (await store.Get<IOutboxStore>().FiguresAsync(Ct)).Dead.ShouldBe(0);
        store.Relay.Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Retention_removes_settled_letters_after_thirty_days_and_open_ones_never()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var discarded = await ParkAsync(store, Progress(), Failed());
        var retried = await ParkAsync(store, Progress(), Failed());
        var edited = await ParkAsync(store, Progress(), Failed());
        var young = await ParkAsync(store, Progress(), Failed());
        await letters.DiscardAsync(discarded.Id, "x", "anna", Ct);
        await letters.RetryAsync(retried.Id, "anna", Ct);
        var version = (await letters.EditAsync(edited.Id, Body(edited, 1), "anna", cancellationToken: Ct))!.NewId;
        await AgeAsync(store, TimeSpan.FromDays(31));
        await letters.DiscardAsync(young.Id, "x", "anna", Ct);

        (await store.Get<RetentionSweep>().SweepAsync(Ct)).ShouldBe(3);

        (await letters.ListAsync(new LetterFilter { Settled = true }, 10, Ct))
            .Select(letter => letter.Id)
            .ShouldBe([version!.Value, young.Id]);
    }

    [Fact]
    public async Task Many_are_found_by_reason_run_and_contract_the_oldest_first()
    {
        await using var store = await StoreAsync();
        var letters = store.Get<IDeadLetters>();
        var first = await ParkAsync(store, Progress(), Failed());
        var second = await ParkAsync(store, Progress(), Failed());
        await ParkAsync(store, Progress() with { MessageType = "step.failed.v1" }, Failed(), "EXPIRED");

        (await letters.IdsAsync(new LetterFilter { Reason = "X" }, 10, Ct)).ShouldBe([first.Id, second.Id]);
        (await letters.IdsAsync(new LetterFilter { Reason = "X" }, 1, Ct)).ShouldBe([first.Id]);
        (await letters.IdsAsync(new LetterFilter { GroupId = second.Message.GroupId }, 10, Ct)).ShouldBe([second.Id]);
        (await letters.IdsAsync(new LetterFilter { MessageType = "step.failed.v1" }, 10, Ct)).Count.ShouldBe(1);
        (await letters.IdsAsync(new LetterFilter { MessageType = "step.failed.v1", Reason = "X" }, 10, Ct)).ShouldBeEmpty();
    }
}

public sealed class Dead_letters_on_SQLite : DeadLetterConformance
{
    private protected override Task<StoreFixture> StoreAsync() => SqliteStores.StartAsync(null);
}

[Trait("needs", "servers")]
public sealed class Dead_letters_on_PostgreSQL : DeadLetterConformance
{
    private protected override Task<StoreFixture> StoreAsync() => PostgresStores.StartAsync(null);
}
