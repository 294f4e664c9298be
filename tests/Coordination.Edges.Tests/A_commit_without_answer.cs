using Coordination.Persistence;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Edges.Tests;

/// <summary>
/// The connection to the database breaks in mid-COMMIT, W6: before the COMMIT arrived, or after it was done and before its answer. The process cannot tell; it
/// does the same work again, and the inbox row, which is there or not, decides.
/// </summary>
[Trait("needs", "servers")]
public sealed class A_commit_without_answer : IAsyncLifetime
{
    private const string Answers = "edge-answers";
    private const int Cuts = 12;
    private TcpProxy proxy = null!;
    private Desk desk = null!;
    private Letters letters = null!;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var broker = await (await TestServers.Rabbit(ct)).NewVirtualHostAsync(ct);
        var direct = new NpgsqlConnectionStringBuilder(await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct));
        proxy = new TcpProxy(direct.Host!, direct.Port);
        // Not prepared, so that the text of the statements stands in each request.
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            MaxAutoPrepare = 0,
        };
        desk = await Desk.OpenAsync(broker.ToString(), through.ConnectionString);
        letters = await Letters.OpenAsync(broker);
        await letters.DeclareAsync(Answers);
        await letters.BindAsync(Answers);
    }

    public async ValueTask DisposeAsync()
    {
        await letters.DisposeAsync();
        await desk.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("req", "OBX-02")]
    public async Task Of_a_handled_message_leads_to_one_effect_and_one_answer(bool arrived)
    {
        var ct = TestContext.Current.CancellationToken;
        var runs = new List<Guid>();
        desk.Answers = Answers;
        Arm(arrived, "INTO effects", Cuts);

        // One commit may hold many messages: more come until there were enough commits.
        await Eventually.Until(
            async () =>
            {
                runs.Add(Guid.CreateVersion7());
                await letters.PutAsync(runs[^1]);
                return proxy.Struck == Cuts;
            },
            TimeSpan.FromSeconds(60),
            "the cuts",
            ct
        );
        await Eventually.Until(async () => await desk.EffectCountAsync() >= runs.Count, TimeSpan.FromSeconds(60), "all effects", ct);
        var answers = new HashSet<Guid>();
        await Eventually.Until(
            async () =>
            {
                while (await letters.TakeAsync(Answers) is { } run)
                {
                    answers.Add(run);
                }

                return answers.Count == runs.Count;
            },
            TimeSpan.FromSeconds(60),
            "the answers of all",
            ct
        );
        var effects = await desk.EffectsAsync();
        effects.Count.ShouldBe(runs.Count);
        effects.Values.ShouldAllBe(count => count == 1);
        (await desk.ParkedAsync()).ShouldBeEmpty();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{proxy.Struck} cuts, {desk.Runs} runs of the handler, {desk.Get<PersistenceMetrics>().DuplicateTotal} duplicates"
        );
    }

    /// <summary>The one who accepts work learns that the outcome is unknown, and repeats with the same message.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_accepted_work_is_repeated_by_the_caller_without_a_second_effect(bool arrived)
    {
        var ct = TestContext.Current.CancellationToken;
        var message = desk.Message(Guid.CreateVersion7());
        Arm(arrived, "INTO coordination.outbox", 1);

        await Should.ThrowAsync<NpgsqlException>(() => desk.AcceptAsync(message));
        await desk.AcceptAsync(message);

        await Eventually.Until(async () => await desk.EffectCountAsync() >= 1, Desk.Soon, "the effect", ct);
        await Eventually.Until(
            async () => (await desk.QueryAsync("SELECT count(*)::int FROM coordination.outbox", row => row.GetInt32(0)))[0] == 0,
            Desk.Soon,
            "an empty outbox",
            ct
        );
        await Eventually.Until(
            () => desk.Get<PersistenceMetrics>().DuplicateTotal == (arrived ? 1 : 0),
            Desk.Soon,
            "the second copy to be counted",
            ct
        );
        (await desk.EffectCountAsync()).ShouldBe(1);
    }

    /// <summary>Before the statements arrive, or after the transaction has ended: then the server says that it is idle.</summary>
    private void Arm(bool arrived, string statement, int times)
    {
        if (arrived)
        {
            proxy.CutAtAnswer(statement, "Z\0\0\0\u0005I", times);
        }
        else
        {
            proxy.CutAtRequest(statement, times);
        }
    }
}
