using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Coordination.Faults.Ballots;

/// <summary>
/// Everybody outside the host, in the suite's own process, which nobody kills: asks for ballots, votes, answers as people, hears what is published. It speaks to the
/// broker by hand, by the book of the contracts, and remembers all it has said and heard.
/// </summary>
internal sealed class Electorate : IAsyncDisposable
{
    private const string Host = "coordination-ballots";
    private const int Writers = 4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly string[] Options = ["refund", "review", "deny"];

    private readonly ConcurrentDictionary<Guid, Course> courses = new();
    private readonly ConcurrentQueue<CastOne> votes = new();
    private readonly ConcurrentQueue<GivenAnswer> answers = new();
    private readonly ConcurrentQueue<Heard> events = new();
    private readonly ConcurrentQueue<Heard> questions = new();
    private readonly Channel<Letter> letters = Channel.CreateUnbounded<Letter>();
    private readonly IConnection connection;
    private readonly List<IChannel> channels = [];
    private Task writing = Task.CompletedTask;
    private int unsent;
    private int decided;
    private int opened;

    private Electorate(IConnection connection) => this.connection = connection;

    /// <summary>Asked for and not seen to be decided.</summary>
    public int Open => Volatile.Read(ref opened) - Decided;

    public int Decided => Volatile.Read(ref decided);

    /// <summary>Everything said has reached the broker, and every ballot is decided as far as was heard.</summary>
    public bool IsQuiet => Volatile.Read(ref unsent) == 0 && Open == 0;

    public BallotEvidence Evidence =>
        new()
        {
            Ballots = [.. courses.Select(course => new OpenedBallot(course.Key, course.Value.Kind, course.Value.Requests))],
            Votes = [.. votes],
            Answers = [.. answers],
            Events = [.. events],
            Questions = [.. questions],
        };

    public static async Task<Electorate> GatherAsync(string broker, CancellationToken ct)
    {
        var electorate = new Electorate(await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(ct));
        foreach (var voter in BallotKind.Voters)
        {
            await electorate.ListenAsync($"agent-{voter}", [$"agent-{voter}"], electorate.Asked, ct);
        }

        string[] contracts = ["ballot-opened", "ballot-closed", "ballot-decided", "ballot-refused", "ballot-vote-refused"];
        await electorate.ListenAsync("suite-hears", [.. contracts.Select(name => $"coordination.{name}.v1")], electorate.Happened, ct);
        var writers = new List<Task>();
        for (var i = 0; i < Writers; i++)
        {
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            var channel = await connectionChannelAsync(confirmed);
            writers.Add(Task.Run(() => electorate.WriteAsync(channel), ct));
        }

        electorate.writing = Task.WhenAll(writers);
        return electorate;

        async Task<IChannel> connectionChannelAsync(CreateChannelOptions options)
        {
            var channel = await electorate.connection.CreateChannelAsync(options, ct);
            electorate.channels.Add(channel);
            return channel;
        }
    }

    /// <summary>Asks for a ballot; one in four twice by the same message, one in five by another message too.</summary>
    public void Ask(BallotKind kind)
    {
        var number = Interlocked.Increment(ref opened);
        var id = Guid.CreateVersion7();
        var requests = number % 5 == 0 ? 2 : 1;
        courses[id] = new Course(kind, number, requests);
        for (var i = 0; i < requests; i++)
        {
            Say(
                "ballot.open.v1",
                id,
                new
                {
                    ballotId = id,
                    policy = kind.Policy,
                    question = "Refund the order at once, or review it first?",
                    options = Options.Select(name => new { name }),
                    safeOption = "review",
                    flags = kind.Flag is { } flag ? new[] { flag } : null,
                    deadlineMs = kind.Deadlines > 0 ? (double?)BallotKind.ShortTime.TotalMilliseconds : null,
                    requester = "suite",
                },
                copies: number % 4 == 0 ? 2 : 1
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        letters.Writer.TryComplete();
        await writing;
        foreach (var channel in channels)
        {
            await channel.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private void Asked(Heard question)
    {
        questions.Enqueue(question);
        var voter = question.Text("voter")!;
        if (!courses.TryGetValue(question.Ballot, out var course) || !course.Once("asked " + voter))
        {
            return;
        }

        // Whoever is in no electorate is not asked and meddles with the first voter.
        foreach (
            var intention in course.Kind.Votes.Where(one =>
                !one.AfterTheEnd && (one.Voter == voter || (voter == BallotKind.Voters[0] && !BallotKind.Voters.Contains(one.Voter)))
            )
        )
        {
            Vote(question.Ballot, course, intention);
        }
    }

    private void Happened(Heard happened)
    {
        events.Enqueue(happened);
        if (!courses.TryGetValue(happened.Ballot, out var course))
        {
            return;
        }

        switch (happened.Contract)
        {
            case "ballot.closed.v1" when happened.Text("people") is not null && course.Once("people"):
                foreach (var reply in course.Kind.Replies)
                {
                    answers.Enqueue(new GivenAnswer(happened.Ballot, reply));
                    Say(
                        "ballot.answer.v1",
                        happened.Ballot,
                        new
                        {
                            ballotId = happened.Ballot,
                            option = reply.Option,
                            answeredBy = reply.Person,
                        },
                        course.Copies
                    );
                }

                break;
            case "ballot.decided.v1" when course.Once("decided"):
                foreach (var intention in course.Kind.Votes.Where(one => one.AfterTheEnd))
                {
                    Vote(happened.Ballot, course, intention);
                }

                Interlocked.Increment(ref decided);
                break;
        }
    }

    private void Vote(Guid ballot, Course course, Intention intention)
    {
        var vote = new CastOne(ballot, Guid.CreateVersion7(), intention);
        votes.Enqueue(vote);
        Say(
            "ballot.cast-vote.v1",
            ballot,
            new
            {
                ballotId = ballot,
                voteId = vote.VoteId,
                round = 1,
                voter = intention.Voter,
                choice = intention.Choice,
                confidence = 0.9,
                rationale = $"so says {intention.Voter}",
                veto = intention.Veto ? new { reason = "the money is gone", evidence = "ledger/4711" } : null,
            },
            course.Copies
        );
    }

    private void Say(string contract, Guid ballot, object body, int copies)
    {
        Interlocked.Add(ref unsent, 1);
        letters.Writer.TryWrite(
            new Letter(contract, Guid.CreateVersion7(), ballot, JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json), copies)
        );
    }

    private async Task WriteAsync(IChannel channel)
    {
        await foreach (var letter in letters.Reader.ReadAllAsync())
        {
            for (var i = 0; i < letter.Copies; i++)
            {
                await channel.BasicPublishAsync(Host, "", mandatory: true, Properties(letter), letter.Body);
            }

            Interlocked.Decrement(ref unsent);
        }
    }

    private async Task ListenAsync(string queue, IReadOnlyList<string> exchanges, Action<Heard> hear, CancellationToken ct)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        channels.Add(channel);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
        foreach (var exchange in exchanges)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: ct);
            await channel.QueueBindAsync(queue, exchange, "", cancellationToken: ct);
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var document = JsonDocument.Parse(delivery.Body);
            var body = document.RootElement.Clone();
            var contract = System.Text.Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers!["coord-contract"]!);
            hear(new Heard(contract, Guid.Parse(delivery.BasicProperties.MessageId!), body.GetProperty("ballotId").GetGuid(), body));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
    }

    private static BasicProperties Properties(Letter letter) =>
        new()
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = letter.MessageId.ToString(),
            Headers = new Dictionary<string, object?>
            {
                ["coord-contract"] = letter.Contract,
                ["coord-minor"] = "0",
                ["coord-transaction-id"] = letter.Ballot.ToString(),
                ["coord-sender-type"] = "suite",
                ["coord-sender-instance"] = "suite-1",
                ["coord-sender-build"] = "1",
                ["coord-sent-at"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                ["coord-hops"] = "8",
            },
        };

    private sealed record Letter(string Contract, Guid MessageId, Guid Ballot, byte[] Body, int Copies);

    /// <summary>One ballot from outside.</summary>
    private sealed class Course(BallotKind kind, int number, int requests)
    {
        private readonly ConcurrentDictionary<string, bool> seen = new();

        public BallotKind Kind => kind;

        public int Requests => requests;

        /// <summary>In one ballot of three everything is said twice, by the same message.</summary>
        public int Copies => number % 3 == 0 ? 2 : 1;

        /// <summary>Whether it is the first time: messages come again.</summary>
        public bool Once(string what) => seen.TryAdd(what, true);
    }
}
