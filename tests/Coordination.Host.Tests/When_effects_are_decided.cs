using System.Text.Json;
using Coordination.Host.CommandLine;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Generic = Microsoft.Extensions.Hosting.Host;

namespace Coordination.Host.Tests;

/// <summary>A person at the command line, and a process that hosts runs and an agent whose mails may end without an answer.</summary>
[Trait("needs", "servers"), Trait("req", "WAL-05")]
public sealed class When_effects_are_decided(When_effects_are_decided.Post post) : IClassFixture<When_effects_are_decided.Post>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("req", "IDM-01")]
    public async Task They_are_listed_with_their_class_and_what_became_of_them()
    {
        var (run, key) = await DoubtAsync();

        var typed = await AskAsync($"effects list --run {run} --status indoubt");

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        foreach (var word in new[] { $"{run}", "letter", "mail@1", "to=\"eve\"", "irreversible", "indoubt", key })
            typed.Out.ShouldContain(word);
        var effect = (await AskAsync($"effects list --run {run} --status indoubt --json")).Json[0];
        effect.GetProperty("summary").GetString().ShouldBe("in doubt");
        effect.GetProperty("calls").GetInt32().ShouldBe(1);
        effect.GetProperty("compensating").GetBoolean().ShouldBeFalse();
        (await AskAsync($"effects list --run {run} --json")).Json.GetArrayLength().ShouldBe(2);
        (await AskAsync($"effects list --run {run} --limit 1")).Error.ShouldContain("The first 1 are shown");
        (await AskAsync($"effects list --run {Guid.NewGuid()}")).Out.ShouldStartWith("No effect.");
        (await AskAsync($"effects list --run {Guid.NewGuid()} --json")).Json.GetArrayLength().ShouldBe(0);
        (await AskAsync($"runs show {run}")).Out.ShouldContain("IN_DOUBT");
    }

    [Fact]
    public async Task One_that_happened_is_not_made_again_and_its_result_is_taken_over()
    {
        var (run, key) = await DoubtAsync();

        var typed = await AskAsync($"effects resolve {run} {key[..8].ToLowerInvariant()} happened --result {{\"number\":17}} --note seen");

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        typed.Out.ShouldContain("mail@1 (to=\"eve\"): happened. Step letter goes on.");
        var ended = await EndAsync(run);
        ended.Status.ShouldBe("completed", ended.Reason);
        ended.Outputs["letter"].GetProperty("number").GetInt32().ShouldBe(17);
        post.Mails(run).ShouldBe(1);
        (await AskAsync($"effects list --run {run} --status succeeded --json")).Json.GetArrayLength().ShouldBe(2);
        (await AskAsync($"journal show {run}")).Out.ShouldContain($"{Environment.UserName} said: happened: seen");
        (await AskAsync($"journal verify {run}")).Out.ShouldStartWith("6 records, whole.");
    }

    [Fact]
    public async Task One_that_did_not_happen_is_made()
    {
        var (run, key) = await DoubtAsync();

        var typed = await AskAsync($"effects resolve {run} {key} did-not-happen --json");

        typed.ExitCode.ShouldBe(ExitCode.Ok, typed.Error);
        typed.Json.GetProperty("verdict").GetString().ShouldBe("did-not-happen");
        (await EndAsync(run)).Outputs["letter"].GetProperty("number").GetInt32().ShouldBe(2);
        post.Mails(run).ShouldBe(2);
    }

    [Fact, Trait("req", "WAL-10")]
    public async Task A_step_that_is_given_up_lets_the_run_be_undone()
    {
        var (run, key) = await DoubtAsync();

        (await AskAsync($"effects resolve {run} {key} compensate")).ExitCode.ShouldBe(ExitCode.Ok);

        var ended = await EndAsync(run);
        ended.Status.ShouldBe("failed");
        ended.Compensated.ShouldBe(["draft"]);
        post.Mails(run).ShouldBe(1);
        var undone = (await AskAsync($"effects list --run {run} --json")).Json.EnumerateArray();
        undone.Count(effect => effect.GetProperty("compensating").GetBoolean()).ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_decided_is_refused_with_the_reason()
    {
        var (run, key) = await DoubtAsync(drafts: 40);
        var effects = (await AskAsync($"effects list --run {run} --json")).Json.EnumerateArray().ToList();
        var keys = effects.Select(effect => effect.GetProperty("key").GetString()!).ToList();
        var done = keys.First(other => other != key);
        var shared = keys.GroupBy(other => other[..1]).First(same => same.Count() > 1).Key;

        await RefusedAsync($"{Guid.NewGuid()} {key} happened", ExitCode.NotFound, "There is no run");
        await RefusedAsync($"{run} 0000 happened", ExitCode.NotFound, $"Run {run} has no effect 0000.");
        await RefusedAsync($"{run} {shared} happened", ExitCode.Usage, $"effects begin with {shared}: give more of the key.");
        await RefusedAsync($"{run} {done} happened", ExitCode.Failed, "is succeeded: nobody is asked about it.");
        post.Mails(run).ShouldBe(1);
    }

    [Fact, Trait("req", "IDM-11")]
    public async Task One_whose_run_is_over_stays_in_doubt_and_is_told_to_be_corrected_at_its_target()
    {
        var (run, key) = await DoubtAsync();
        await AskAsync($"runs cancel {run}");
        (await EndAsync(run)).Status.ShouldBe("cancelled");

        await RefusedAsync($"{run} {key} happened", ExitCode.Failed, "it is cancelled");

        (await AskAsync($"effects list --run {run} --status indoubt --json")).Json.GetArrayLength().ShouldBe(1);
    }

    [Fact, Trait("req", "WAL-03")]
    public async Task A_journal_that_was_changed_is_not_whole()
    {
        var (run, _) = await DoubtAsync();
        var whole = await AskAsync($"journal verify {run} --json");
        whole.ExitCode.ShouldBe(ExitCode.Ok, whole.Error);
        whole.Json.GetProperty("whole").GetBoolean().ShouldBeTrue();
        whole.Json.GetProperty("records").GetInt64().ShouldBe(5);
        var lines = (await AskAsync($"journal show {run} --json")).Json;
        lines
            .EnumerateArray()
            .Select(line =>
                $"{line.GetProperty("seq")} {line.GetProperty("kind")} {(line.TryGetProperty("status", out var status) ? status : "")}".TrimEnd()
            )
            .ShouldBe(["1 intent", "2 outcome succeeded", "3 intent", "4 outcome unknown", "5 outcome indoubt"]);

        await post.TamperAsync($"UPDATE coordination.effect_journal SET detail = 'all is well' WHERE run_id = '{run}' AND seq = 4");

        var changed = await AskAsync($"journal verify {run}");
        changed.ExitCode.ShouldBe(ExitCode.Failed);
        changed.Error.ShouldContain($"The journal of run {run} is not whole: record 4 was changed, or one before it.");
        await post.TamperAsync($"DELETE FROM coordination.effect_journal WHERE run_id = '{run}' AND seq = 2");
        (await AskAsync($"journal verify {run}")).Error.ShouldContain("record 2 is missing");
    }

    [Fact, Trait("req", "WAL-03")]
    public async Task A_journal_that_was_emptied_is_not_whole_and_a_run_that_never_was_has_none()
    {
        var (run, _) = await DoubtAsync();
        await post.TamperAsync($"DELETE FROM coordination.effect_journal WHERE run_id = '{run}'");

        (await AskAsync($"journal verify {run}")).ExitCode.ShouldBe(ExitCode.Failed);
        (await AskAsync($"journal show {run}")).Out.ShouldStartWith("No record.");
        foreach (var command in new[] { "show", "verify" })
        {
            var nothing = await AskAsync($"journal {command} {Guid.NewGuid()}");
            nothing.ExitCode.ShouldBe(ExitCode.NotFound);
            nothing.Error.ShouldContain("There is no run");
        }
    }

    private Task<Typed> AskAsync(string command) =>
        Typed.RunAsync([], [.. command.Split(' '), "--database", post.Database], cancellationToken: Cancel);

    private async Task RefusedAsync(string resolve, int code, string because)
    {
        var typed = await AskAsync($"effects resolve {resolve}");
        typed.ExitCode.ShouldBe(code, typed.All);
        typed.Error.ShouldContain(because);
    }

    /// <summary>A run with a draft that is done and a letter nobody knows to have been sent.</summary>
    private async Task<(Guid Run, string Key)> DoubtAsync(int drafts = 1)
    {
        var run = await post.Runs.SubmitAsync(
            Plan.Named("letters")
                .Step("draft", "writer", new Letter("eve", drafts), compensateWith: "writer")
                .Step("letter", "mailer", new Letter("eve", 0), after: ["draft"])
        );
        JsonElement effects = default;
        await Eventually.Until(
            async () =>
                (await post.Runs.GetAsync(run, Cancel))?.Status == "running"
                && (effects = (await AskAsync($"effects list --run {run} --status indoubt --json")).Json).GetArrayLength() == 1
                && (await AskAsync($"runs show {run} --json")).Out.Contains("\"effect:", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            "the question",
            Cancel
        );
        return (run, effects[0].GetProperty("key").GetString()!);
    }

    private Task<RunInfo> EndAsync(Guid run) => post.Runs.WaitAsync(run, TimeSpan.FromSeconds(60), Cancel);

    public sealed record Letter(string To, int Drafts);

    public sealed record Receipt(int Number);

    /// <summary>Writes drafts, and throws them away when the run is undone.</summary>
    private sealed class Writer : ICompensatingAgent<Letter, Receipt>
    {
        private static readonly EffectTool Draft = new("draft", EffectClass.Idempotent) { Scope = ["number"] };

        public async Task<Receipt> ExecuteAsync(Letter input, AgentContext context, CancellationToken cancellationToken)
        {
            for (var number = 1; number <= input.Drafts; number++)
                await context.Effect(Draft, new { number }, (_, _) => Task.CompletedTask);
            return new Receipt(input.Drafts);
        }

        public Task CompensateAsync(Letter input, Receipt output, AgentContext context, CancellationToken cancellationToken) =>
            context.Effect("discard", EffectClass.Idempotent, null, (_, _) => Task.CompletedTask);
    }

    /// <summary>The first mail of every run leaves without an answer.</summary>
    private sealed class Mailer(Post post) : IAgent<Letter, Receipt>
    {
        private static readonly EffectTool Mail = new("mail") { Scope = ["to"] };

        public Task<Receipt> ExecuteAsync(Letter input, AgentContext context, CancellationToken cancellationToken) =>
            context.Effect(
                Mail,
                new { to = input.To },
                (_, _) =>
                    post.Send(context.RunId) is var number and > 1
                        ? Task.FromResult(new Receipt(number))
                        : throw new IOException("The connection broke.")
            );
    }

    /// <summary>Where mails go, and the process that sends them.</summary>
    public sealed class Post : IAsyncLifetime
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, int> mails = new();
        private IHost? host;

        public string Database { get; private set; } = "";

        public RunClient Runs => host!.Services.GetRequiredService<RunClient>();

        public int Mails(Guid run) => mails.GetValueOrDefault(run);

        public int Send(Guid run) => mails.AddOrUpdate(run, 1, (_, count) => count + 1);

        /// <summary>What only the owner of the tables can do.</summary>
        public async Task TamperAsync(string statement)
        {
            await using var source = Npgsql.NpgsqlDataSource.Create(Database);
            await using var command = source.CreateCommand(
                $"ALTER TABLE coordination.effect_journal DISABLE TRIGGER USER; {statement}; ALTER TABLE coordination.effect_journal ENABLE TRIGGER USER"
            );
            await command.ExecuteNonQueryAsync(Cancel);
        }

        public async ValueTask InitializeAsync()
        {
            Database = await (await TestServers.Postgres(Cancel)).NewDatabaseAsync(ct: Cancel);
            var broker = await (await TestServers.Rabbit(Cancel)).NewVirtualHostAsync(Cancel);
            (await Typed.RunAsync("migrate", "--database", Database)).ExitCode.ShouldBe(ExitCode.Ok);
            var builder = Generic.CreateEmptyApplicationBuilder(null);
            builder.Services.AddCoordination(c => c.UseRabbitMq(broker.ToString()).UsePostgres(Database).AddRuns());
            builder.Services.AddRunClient();
            builder.Services.AddSingleton(this);
            builder.Services.AddAgent<Writer>("writer");
            builder.Services.AddAgent<Mailer>("mailer");
            host = builder.Build();
            await host.StartAsync(Cancel);
            await Eventually.Until(
                async () => (await Runs.GetAgentTypesAsync(Cancel)).Count == 2,
                TimeSpan.FromSeconds(60),
                "both agent types to be announced",
                Cancel
            );
        }

        public async ValueTask DisposeAsync()
        {
            if (host is null)
                return;
            await host.StopAsync();
            host.Dispose();
        }
    }
}
