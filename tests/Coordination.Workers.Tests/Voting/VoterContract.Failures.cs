using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Testing;
using Coordination.Workers.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers.Tests.Voting;

// A voter that cannot vote says so; what a vote says is nobody's business but the ballot's.
public abstract partial class VoterContract
{
    private const string Secret = "sesame-4711";

    private static async Task<CastVote> AbstentionAsync(WorkerNode node, RequestVote request)
    {
        await node.DeliverAsync(StepWork.From(request));
        var vote = await VoteOfAsync(node, request);
        vote.Choice.ShouldBe("ABSTAIN");
        JsonSerializer.Serialize(vote).ShouldNotContain(Secret);
        return vote;
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task A_voter_that_throws_abstains_and_its_exceptions_text_stays_at_home()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = (_, _, _) => throw new InvalidOperationException(Secret);
        (await AbstentionAsync(node, Request())).Rationale!.ShouldMatch("^could not vote: NON_RETRYABLE \\(incident [0-9a-f]{32}\\)$");

        node.Script.Vote = (_, _, _) => throw new TransientFailure(Secret, ReasonCode.RateLimited);
        (await AbstentionAsync(node, Request())).Rationale!.ShouldStartWith("could not vote: RATE_LIMITED (incident ");
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task A_voter_that_takes_too_long_abstains_even_when_it_ignores_its_token()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = async (_, _, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return null;
        };
        (await AbstentionAsync(node, Request(timeoutMs: 100))).Rationale!.ShouldContain("DEADLINE_EXCEEDED");

        var wake = new TaskCompletionSource();
        node.Script.Vote = async (_, _, _) =>
        {
            await wake.Task;
            return VoteAnswer.For("refund");
        };
        var request = Request(timeoutMs: 100);
        (await AbstentionAsync(node, request)).Rationale!.ShouldContain("DEADLINE_EXCEEDED");
        wake.SetResult();
        await VoteOfAsync(node, request);
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task A_voter_that_asks_a_question_or_answers_nonsense_abstains()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = (_, context, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For(context.Ask<string>("which", "Which?")));
        (await AbstentionAsync(node, Request())).Rationale!.ShouldStartWith("could not vote: ");

        foreach (
            Func<VoteAnswer?> nonsense in (Func<VoteAnswer?>[])
                [
                    () => null,
                    () => VoteAnswer.For(""),
                    () => VoteAnswer.For(new string('x', 101)),
                    () => VoteAnswer.For("refund", double.NaN),
                    () => VoteAnswer.For("refund", 1.01),
                    () => VoteAnswer.For("refund") with { Model = "modèle" },
                ]
        )
        {
            node.Script.Vote = (_, _, _) => Task.FromResult(nonsense());
            (await AbstentionAsync(node, Request())).Rationale!.ShouldStartWith("could not vote: ");
        }
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task A_choice_that_is_no_option_travels_for_the_ballot_to_record()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For("maybe", rationale: new string('r', 3_000)));
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        var vote = await VoteOfAsync(node, request);
        (vote.Choice, vote.Rationale!.Length).ShouldBe(("maybe", 2_000));
    }

    [Fact, Trait("req", "VOTE-11")]
    public async Task A_failure_that_was_caught_is_named_in_the_vote_or_spoils_it()
    {
        var node = await NodeAsync("a");
        static Task<int> ReadAsync(AgentContext context) =>
            context.Read<int>("ledger", null, _ => throw new PermanentFailure("no ledger today"));
        node.Script.Vote = async (_, context, _) =>
        {
            var failure = await Should.ThrowAsync<EffectFailure>(ReadAsync(context));
            context.Missing("the ledger", failure);
            return VoteAnswer.For("refund", rationale: "by the mail.");
        };
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        (await VoteOfAsync(node, request)).Rationale.ShouldBe("by the mail. (without: the ledger)");

        node.Script.Vote = async (_, context, _) =>
        {
            await Should.ThrowAsync<EffectFailure>(ReadAsync(context));
            return VoteAnswer.For("refund");
        };
        (await AbstentionAsync(node, Request())).Rationale!.ShouldStartWith("could not vote: NON_RETRYABLE");

        node.Script.Vote = async (_, context, _) =>
        {
            await Should.ThrowAsync<EffectFailure>(ReadAsync(context));
            return VoteAnswer.Abstain("no ledger, no opinion");
        };
        (await AbstentionAsync(node, Request())).Rationale.ShouldBe("no ledger, no opinion");
    }

    [Fact]
    public async Task An_agent_that_is_no_voter_says_so()
    {
        var node = await NodeAsync("a", more: services => services.AddAgent<ScriptedAgent>("worker"));
        (await AbstentionAsync(node, Request(voter: "worker"))).Rationale!.ShouldStartWith("does not vote");
        node.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_voter_that_is_sent_a_step_refuses_it()
    {
        var node = await NodeAsync("a");
        var order = WorkerNode.Order("one") with { AgentType = "fraud-desk" };
        await node.DeliverAsync(order);
        (await node.AnswerAsync<StepFailed>(order.RunId)).Detail!.ShouldContain("AddVoter");
    }

    [Fact]
    public async Task A_request_for_another_voter_is_no_vote_of_this_one()
    {
        var node = await NodeAsync("a");
        node.Script.Vote = (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For("refund"));
        (await AbstentionAsync(node, Request(voter: "somebody-else"))).Rationale!.ShouldContain("CONTRACT_INVALID");
    }

    [Fact]
    public async Task A_signature_that_cannot_be_made_leaves_an_unsigned_abstention()
    {
        var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var node = await NodeAsync("a", voter => voter.VotingKey = VotingKey.From(key));
        node.Script.Vote = (_, _, _) => Task.FromResult<VoteAnswer?>(VoteAnswer.For("refund"));
        key.Dispose();
        (await AbstentionAsync(node, Request())).Signature.ShouldBeNull();
    }

    [Fact, Trait("req", "VOTE-01")]
    public async Task No_log_line_no_span_no_metric_and_no_view_shows_what_a_voter_chose_or_why()
    {
        var seen = new ConcurrentQueue<string>();
        using var spans = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
                seen.Enqueue(span.DisplayName + string.Join(',', span.TagObjects) + string.Join(',', span.Events.SelectMany(e => e.Tags))),
        };
        ActivitySource.AddActivityListener(spans);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument),
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => seen.Enqueue(string.Join(',', tags.ToArray())));
        meters.SetMeasurementEventCallback<double>((_, value, tags, _) => seen.Enqueue($"{value} {string.Join(',', tags.ToArray())}"));
        meters.Start();
        var node = await NodeAsync(
            "a",
            more: services =>
            {
                services.AddVoter<ScriptedVoter>("fraud-desk");
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Collector(seen)));
            }
        );
        string[] told = [Secret, "0.98765", "because-why", "veto-why", "ledger-9", "not-this-model"];
        node.Script.Vote = async (_, context, _) =>
        {
            await Should.ThrowAsync<EffectFailure>(
                context.Ask<Order>(
                    new ScriptedModel { Answer = (_, _) => new(Microsoft.Extensions.AI.ChatRole.Assistant, """{"id":1}""") },
                    [new(Microsoft.Extensions.AI.ChatRole.User, "Which?")],
                    _ => $"{Secret} is not accepted"
                )
            );
            context.Missing($"a model that says {Secret}");
            return VoteAnswer.For(Secret, 0.98765, "because-why", ["ledger-9"]).WithVeto("veto-why", "ledger-9");
        };
        var request = Request();
        await node.DeliverAsync(StepWork.From(request));
        (await VoteOfAsync(node, request)).Choice.ShouldBe(Secret);

        node.Script.Vote = (_, _, _) => throw new PermanentFailure($"I wanted {Secret}", ReasonCode.QualityRejected);
        var failing = Request();
        await node.DeliverAsync(StepWork.From(failing));
        await VoteOfAsync(node, failing);
        node.Script.Vote = (_, _, _) => throw new InvalidOperationException("outer " + Secret, new FormatException("inner " + Secret));
        failing = Request();
        await node.DeliverAsync(StepWork.From(failing));
        await VoteOfAsync(node, failing);
        await Eventually.Until(
            () => seen.Count(line => line.Contains("ended step", StringComparison.Ordinal)) == 3,
            WorkerNode.Patience,
            "the last line",
            Token
        );

        foreach (var view in (string[])["coord_v1_journal", "coord_v1_effects"])
        {
            var rows = await node.Units.QueryAsync(
                new Statement($"SELECT * FROM {node.Units.Dialect.Table(view)}"),
                row =>
                {
                    var values = new object[row.FieldCount];
                    row.GetValues(values);
                    return string.Join('|', values);
                },
                Token
            );
            rows.ToList().ForEach(seen.Enqueue);
        }

        seen.ShouldNotBeEmpty();
        seen.Where(line => told.Any(word => line.Contains(word, StringComparison.Ordinal))).ShouldBeEmpty();
        // Where it failed is there to be read, and the incident to find it by.
        seen.ShouldContain(line =>
            line.Contains("could not vote in round 1", StringComparison.Ordinal)
            && line.Contains("FormatException", StringComparison.Ordinal)
        );
    }

    private sealed class Collector(ConcurrentQueue<string> seen) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            seen.Enqueue(state is IEnumerable<KeyValuePair<string, object>> pairs ? string.Join(',', pairs) : state.ToString()!);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => seen.Enqueue(formatter(state, exception) + exception);

        public void Dispose() { }
    }
}
