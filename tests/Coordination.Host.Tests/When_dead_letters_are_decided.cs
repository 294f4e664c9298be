using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Host.CommandLine;
using Coordination.Persistence;
using Coordination.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Host.Tests;

/// <summary>A person at the command line, with letters that were parked; no host runs, so what is retried stays in the outbox.</summary>
[Trait("needs", "servers"), Trait("req", "RTY-17")]
public sealed class When_dead_letters_are_decided : IAsyncLifetime
{
    private readonly Guid run = Guid.CreateVersion7();
    private string database = "";
    private ServiceProvider store = new ServiceCollection().BuildServiceProvider();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IDeadLetters Letters => store.GetRequiredService<IDeadLetters>();

    public async ValueTask InitializeAsync()
    {
        database = await (await TestServers.Postgres(Cancel)).NewDatabaseAsync(ct: Cancel);
        (await Typed.RunAsync("migrate", "--database", database)).ExitCode.ShouldBe(ExitCode.Ok);
        var services = new ServiceCollection().AddLogging().AddPostgresStore(options => options.ConnectionString = database);
        store = services.BuildServiceProvider();
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task It_is_shown_with_everything_a_decision_needs()
    {
        var id = await ParkAsync();

        var typed = await AskAsync($"dead-letters show {id}");

        typed.ExitCode.ShouldBe(ExitCode.Ok);
        typed.Out.ShouldContain($"dead letter  {id}, open");
        typed.Out.ShouldContain("trace        0af7651916cd43dd8448eb211c80319c");
        typed.Out.ShouldContain("attempt 1 ");
        typed.Out.ShouldContain("NON_RETRYABLE TimeoutException: the shop ?[2J did not answer");
        typed.Out.ShouldContain("header       coord-contract: step.progress.v1");
        typed.Out.ShouldContain("\"stepId\": \"one\"");
        var json = (await AskAsync($"dead-letters show {id} --json")).Json;
        json.GetProperty("state").GetString().ShouldBe("open");
        json.GetProperty("failures")[0].GetProperty("error").GetString().ShouldBe("TimeoutException");
        json.GetProperty("firstAt").GetDateTimeOffset().ShouldBeLessThan(json.GetProperty("parkedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task An_edit_that_breaks_the_contract_is_refused_with_the_problems()
    {
        var id = await ParkAsync();

        var typed = await AskAsync(
            $"dead-letters edit {id} --body -",
            $$"""{"runId":"{{run}}","stepId":"one","attempt":1,"percent":400}"""
        );

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain("standard input: 1 problem(s)");
        typed.Error.ShouldContain("percent");
        (await Letters.ListAsync(null, null, 10, Cancel)).ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Fact]
    public async Task An_edit_from_a_file_is_a_new_version_that_can_be_retried()
    {
        var id = await ParkAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            $$"""{"runId":"{{run}}","stepId":"one","attempt":1,"percent":40}""",
            new UTF8Encoding(true),
            Cancel
        );

        var edited = await AskAsync($"dead-letters edit {id} --body {file} --by anna --json");
        File.Delete(file);

        edited.ExitCode.ShouldBe(ExitCode.Ok, edited.Error);
        var version = edited.Json.GetProperty("id").GetInt64();
        var original = await AskAsync($"dead-letters show {id}");
        original.Out.ShouldContain($"dead letter  {id}, superseded");
        original.Out.ShouldContain(" by anna");
        original.Out.ShouldContain($"replaced by  {version}");
        (await AskAsync($"dead-letters retry {version} --by bert")).Out.ShouldBe($"{version} retried.{Environment.NewLine}");
        (await AskAsync($"dead-letters show {version}")).Out.ShouldContain(" by bert");
        (await SentAsync()).ShouldBe(1);
        (await AskAsync($"dead-letters retry {id}")).ExitCode.ShouldBe(ExitCode.NotFound);
    }

    [Fact]
    public async Task Many_are_retried_by_what_they_have_in_common()
    {
        var (first, second) = (await ParkAsync(), await ParkAsync());
        await ParkAsync(reason: ReasonCode.Expired);

        var typed = await AskAsync($"dead-letters retry --reason {ReasonCode.NonRetryable} --rate 1000/s --json");

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        typed.Json.GetProperty("retried").EnumerateArray().Select(id => id.GetInt64()).ShouldBe([first, second]);
        (await SentAsync()).ShouldBe(2);
        (await AskAsync($"dead-letters list --json")).Json.GetArrayLength().ShouldBe(1);
        (await AskAsync($"dead-letters list --all --json")).Json.GetArrayLength().ShouldBe(3);
        (await AskAsync("dead-letters retry --type nothing.like-that.v1")).Out.ShouldStartWith("No open dead letter");
        (await AskAsync($"dead-letters retry --run {run} --limit 1")).Error.ShouldContain("The oldest 1 are taken");
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_rest_parked_and_says_how_many()
    {
        for (var i = 0; i < 4; i++)
            await ParkAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        string[] command = ["dead-letters", "retry", "--run", $"{run}", "--rate", "1/m", "--database", database];
        var retry = Task.Run(() => Typed.RunAsync([], command, cancellationToken: stop.Token), Cancel);
        await Eventually.Until(async () => await SentAsync() == 1, TimeSpan.FromSeconds(30), "the first to be retried", Cancel);

        await stop.CancelAsync();

        var typed = await retry;
        typed.ExitCode.ShouldBe(ExitCode.Interrupted);
        typed.Out.ShouldContain("retried.");
        typed.Error.ShouldContain("4 dead letters take about 180 s.");
        typed.Error.ShouldContain("3 stay parked.");
        (await Letters.ListAsync(null, run, 10, Cancel)).Count.ShouldBe(3);
        (await SentAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_discarded_one_is_kept_for_audit_with_its_reason_and_who_did_it()
    {
        var id = await ParkAsync();
        string[] command = ["dead-letters", "discard", $"{id}", "--because", "sent twice", "--by", "anna", "--yes", "--database", database];

        (await Typed.RunAsync(command)).Out.ShouldContain($"{id} discarded.");

        (await AskAsync("dead-letters list")).Out.ShouldStartWith("No dead letter");
        (await AskAsync("dead-letters list --all")).Out.ShouldContain("discarded");
        (await AskAsync($"dead-letters show {id}")).Out.ShouldContain(" by anna: sent twice");
        (await Typed.RunAsync(command)).ExitCode.ShouldBe(ExitCode.NotFound);
    }

    private Task<Typed> AskAsync(string command, string input = "") =>
        Typed.RunAsync([], [.. command.Split(' '), "--database", database], input, cancellationToken: Cancel);

    private async Task<long> SentAsync() =>
        (
            await store
                .GetRequiredService<IUnitOfWorkFactory>()
                .QueryAsync(new Statement("SELECT count(*) FROM coordination.outbox"), reader => reader.GetInt64(0), Cancel)
        )[0];

    private async Task<long> ParkAsync(string reason = ReasonCode.NonRetryable)
    {
        var message = new StepProgress
        {
            RunId = run,
            StepId = "one",
            Attempt = 1,
        };
        var envelope = new Envelope
        {
            MessageId = Guid.CreateVersion7(),
            TransactionId = run,
            RunId = run,
            Sender = new Sender
            {
                Type = "test",
                Instance = "one",
                Build = "1",
            },
            SentAt = DateTimeOffset.UnixEpoch.AddYears(50),
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await Letters.ParkAsync(
            new ParkedMessage
            {
                Endpoint = "agent-refund",
                Reason = reason,
                Detail = "It failed.",
                Message = ContractOutgoing.To("agent-refund", message, envelope) with { GroupId = run },
                Failures =
                [
                    new(1, ReasonCode.NonRetryable, "TimeoutException", "the shop \u001b[2J did not answer", TimeSpan.FromSeconds(30)),
                ],
            },
            Cancel
        );
        return (await Letters.ListAsync(null, run, 1, Cancel))[0].Id;
    }
}
