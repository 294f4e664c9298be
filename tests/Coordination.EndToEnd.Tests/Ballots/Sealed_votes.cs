using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>
/// Two of three have voted in a thousand ballots. Everything a voter could look at is searched for a word that stands in every vote and nowhere else: all that
/// passes through the broker but the host's own queue, the views, everything logged by host and workers, traces and metrics.
/// </summary>
[Trait("needs", "servers")]
public sealed class Sealed_votes
{
    private const int Ballots = 1_000;
    private const string Secret = "quokka-";

    /// <summary>Says a word of its own in every place of its answer.</summary>
    private sealed class Voter(Gate gate) : IVoter
    {
        public async Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken)
        {
            if (context.AgentType == "fraud-desk")
            {
                await gate.Open.Task.WaitAsync(cancellationToken);
            }

            var word = $"{Secret}{context.AgentType}-{question.BallotId:N}";
            return (VoteAnswer.For("refund", confidence: 0.8125, rationale: word, evidence: [word]) with { Model = word }).WithVeto(
                word,
                word
            );
        }
    }

    /// <summary>Holds the last voter back.</summary>
    private sealed class Gate
    {
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [Fact]
    [Trait("req", "VOTE-01")]
    [Trait("req", "VOTE-11")]
    public async Task Are_seen_nowhere_before_their_ballot_closes()
    {
        var ct = TestContext.Current.CancellationToken;
        var rabbit = await TestServers.Rabbit(ct);
        var broker = await rabbit.NewVirtualHostAsync(ct);
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        var seen = new Sightings();
        using var traces = seen.OfTraces();
        using var metrics = seen.OfMetrics();
        await rabbit.Ctl("trace_on", "-p", broker.AbsolutePath.Trim('/'));
        await using var spy = await Hand.OpenAsync(broker);
        await seen.OfMessagesAsync(spy.Channel);
        var gate = new Gate();
        await using var host = await BallotDesk.OpenAsync(broker, database, BallotDesk.Refunds(), Logged);
        await using var workers = await BallotDesk.OpenAsync(
            broker,
            database,
            ballots: null,
            builder =>
            {
                Logged(builder);
                builder.Services.AddSingleton(gate);
                builder.Services.AddVoter<Voter>("refund-a", voter => voter.Concurrency = 32);
                builder.Services.AddVoter<Voter>("refund-b", voter => voter.Concurrency = 32);
                builder.Services.AddVoter<Voter>("fraud-desk", voter => voter.Concurrency = 1_000);
            }
        );

        // The expert must be heard, so that two votes do not end it. Its voice is held back; an invalid one comes in its name, with the word for a choice.
        await Parallel.ForAsync(0, Ballots, ct, async (_, _) => await host.AskAsync(ballot => ballot with { Flags = ["fraud"] }));
        await UntilAsync(host, "ballot", "true", Ballots);
        var ballots = await host.RowsAsync("SELECT ballot_id FROM coordination.coord_v1_ballots", row => row.GetGuid(0));
        foreach (var ballot in ballots)
        {
            await spy.CastAsync(Invalid(ballot));
        }

        await UntilAsync(host, "ballot_record", "kind = 'vote'", 3 * Ballots);
        // Timers wait for their time, and what workers tell the registry of runs for a host of runs.
        await UntilAsync(host, "outbox", "token IS NULL AND endpoint <> 'coordination-registry'", 0);
        // What was published before this has been seen when this has.
        await seen.CaughtUpAsync(spy.Channel);

        (await host.CountAsync("coord_v1_ballots", "status = 'voting'")).ShouldBe(Ballots);
        seen.Hits.ShouldBeEmpty();
        (await ViewsAsync(host)).ShouldNotContain(Secret);
        (await host.CountAsync("coord_v1_ballot_record")).ShouldBe(0);
        (await host.CountAsync("coord_v1_ballots", "outcome IS NOT NULL OR option IS NOT NULL OR decided_by IS NOT NULL")).ShouldBe(0);
        seen.ShouldHaveLookedAtEverything();

        // They are all there, though, and to be read as soon as the ballots are closed.
        gate.Open.SetResult();
        await UntilAsync(host, "coord_v1_decisions", "option = 'refund'", Ballots);
        (await host.CountAsync("coord_v1_ballot_record", $"kind = 'vote' AND line LIKE '%{Secret}%'")).ShouldBe(4 * Ballots);
        (await ViewsAsync(host)).ShouldContain(Secret);
        TestContext.Current.TestOutputHelper!.WriteLine(seen.ToString());

        void Logged(HostApplicationBuilder builder) => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(seen);
    }

    private static CastVote Invalid(Guid ballot) =>
        new()
        {
            BallotId = ballot,
            VoteId = Guid.CreateVersion7(),
            Round = 1,
            Voter = "fraud-desk",
            Choice = $"{Secret}{ballot:N}",
            Rationale = $"{Secret}{ballot:N}",
        };

    private static Task UntilAsync(BallotDesk desk, string table, string condition, long count) =>
        Eventually.Until(
            async () => await desk.CountAsync(table, condition) == count,
            TimeSpan.FromMinutes(4),
            $"{count} rows of {table} where {condition}",
            TestContext.Current.CancellationToken
        );

    /// <summary>Everything all views show.</summary>
    private static async Task<string> ViewsAsync(BallotDesk desk)
    {
        var views = await desk.RowsAsync(
            "SELECT table_name FROM information_schema.views WHERE table_schema = 'coordination'",
            row => row.GetString(0)
        );
        views.Count.ShouldBeGreaterThan(5);
        var text = new StringBuilder();
        foreach (var view in views)
        {
            foreach (var row in await desk.RowsAsync($"SELECT v::text FROM coordination.{view} v", row => row.GetString(0)))
            {
                text.AppendLine(row);
            }
        }

        return text.ToString();
    }

    /// <summary>Looks at everything and keeps what holds the word.</summary>
    private sealed class Sightings : ILoggerProvider
    {
        private const string Own = "coordination-ballots";
        private static readonly string[] Events = ["ballot.opened", "ballot.vote-refused", "ballot.closed", "ballot.decided"];
        private readonly ConcurrentQueue<string> hits = new();
        private readonly ConcurrentDictionary<string, long> looked = new();
        private readonly ConcurrentDictionary<string, bool> queues = new();
        private volatile string caughtUp = "";

        public IReadOnlyCollection<string> Hits => hits;

        public ActivityListener OfTraces()
        {
            var listener = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                    Look(
                        "trace",
                        [
                            activity.DisplayName,
                            activity.StatusDescription,
                            activity.TraceStateString,
                            .. activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"),
                            .. activity.Baggage.Select(item => $"{item.Key}={item.Value}"),
                            .. activity.Events.SelectMany(e => e.Tags.Select(tag => $"{e.Name} {tag.Key}={tag.Value}")),
                        ]
                    ),
            };
            ActivitySource.AddActivityListener(listener);
            return listener;
        }

        public MeterListener OfMetrics()
        {
            var listener = new MeterListener { InstrumentPublished = (instrument, all) => all.EnableMeasurementEvents(instrument) };
            listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Measured(instrument, tags));
            listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Measured(instrument, tags));
            listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measured(instrument, tags));
            listener.Start();
            return listener;
        }

        /// <summary>The broker's own trace: every message that is published or delivered. The host's queue is what no voter can read.</summary>
        public async Task OfMessagesAsync(IChannel channel)
        {
            await channel.QueueDeclareAsync("spy", durable: false, exclusive: true, autoDelete: true);
            await channel.QueueBindAsync("spy", "amq.rabbitmq.trace", "#");
            // Nobody publishes to an exchange that is not there: somebody listens to everything.
            foreach (var name in Events)
            {
                await channel.ExchangeDeclareAsync(Wire.EventExchange(name, 1), ExchangeType.Fanout, durable: true);
            }

            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                var body = Encoding.UTF8.GetString(delivery.Body.Span);
                if (delivery.RoutingKey is not ("publish." + Own or "deliver." + Own))
                {
                    queues.TryAdd(delivery.RoutingKey, true);
                    Look("message", [delivery.RoutingKey, body, .. Texts(delivery.BasicProperties.Headers!)]);
                }

                caughtUp = body.StartsWith("caught up", StringComparison.Ordinal) ? body : caughtUp;
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync("spy", autoAck: true, consumer);
        }

        public async Task CaughtUpAsync(IChannel channel)
        {
            var mark = $"caught up {Guid.NewGuid()}";
            await channel.BasicPublishAsync("amq.fanout", "", Encoding.UTF8.GetBytes(mark));
            await Eventually.Until(() => caughtUp == mark, TimeSpan.FromMinutes(2), "all messages to be seen");
        }

        public void ShouldHaveLookedAtEverything()
        {
            foreach (var where in new[] { "trace", "metric", "message", "log" })
            {
                looked.GetValueOrDefault(where).ShouldBeGreaterThan(Ballots, where);
            }

            queues.Keys.ShouldContain($"publish.{Wire.EventExchange("ballot.opened", 1)}");
            queues.Keys.ShouldContain($"publish.{Wire.EventExchange("ballot.vote-refused", 1)}");
            foreach (var voter in new[] { "refund-a", "refund-b", "fraud-desk" })
            {
                queues.Keys.ShouldContain($"publish.agent-{voter}");
                queues.Keys.ShouldContain($"deliver.agent-{voter}");
            }
        }

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose() { }

        public override string ToString() => string.Join(", ", looked.Select(one => $"{one.Key} {one.Value}"));

        private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var texts = new List<string?> { instrument.Name };
            foreach (var tag in tags)
            {
                texts.Add($"{tag.Key}={tag.Value}");
            }

            Look("metric", texts);
        }

        private void Look(string where, IReadOnlyList<string?> texts)
        {
            looked.AddOrUpdate(where, 1, (_, count) => count + 1);
            foreach (var text in texts)
            {
                if (text?.Contains(Secret, StringComparison.OrdinalIgnoreCase) == true)
                {
                    hits.Enqueue($"{where}: {text}");
                }
            }
        }

        /// <summary>The headers of a message of the broker's trace hold tables of the message's own.</summary>
        private static IEnumerable<string?> Texts(object? value) =>
            value switch
            {
                byte[] bytes => [Encoding.UTF8.GetString(bytes)],
                IDictionary<string, object?> table => table.Values.SelectMany(Texts),
                IEnumerable<object?> list => list.SelectMany(Texts),
                _ => [value?.ToString()],
            };

        private sealed class Logger(Sightings all, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                all.Look("log", [category, state.ToString()]);
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter
            )
            {
                var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
                all.Look(
                    "log",
                    [category, formatter(state, exception), exception?.ToString(), .. values.Select(value => value.Value?.ToString())]
                );
            }
        }
    }
}
