using System.Net;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Workers.Tests.Models;
using Microsoft.Extensions.AI;

namespace Coordination.Workers.Tests.Effects;

/// <summary>Cases in which an effect could be made twice, or reported as what it is not.</summary>
public sealed class The_hard_cases_of_effects
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_nested_failure_does_not_prove_that_the_outer_call_did_nothing()
    {
        var context = new TestAgentContext();
        var posted = 0;
        await Should.ThrowAsync<Exception>(
            context.Effect(
                "mail",
                EffectClass.Irreversible,
                new { order = 1 },
                async (_, _) =>
                {
                    posted++;
                    await context.Effect<int>(
                        new EffectTool("log", EffectClass.Keyed) { MostCalls = 1 },
                        new { },
                        (_, _) => throw new TransientFailure("busy", ReasonCode.RateLimited)
                    );
                }
            )
        );
        posted.ShouldBe(1);
        var records = await ((IEffectJournal)Journal(context)).LoadAsync(Token);
        records.Last(r => r.Tool == "mail@1").Status.ShouldNotBe("failed");
    }

    [Fact]
    public async Task A_nested_failure_that_may_pass_does_not_repeat_the_outer_call()
    {
        var context = new TestAgentContext();
        var posted = 0;
        await Should.ThrowAsync<Exception>(
            context.Effect(
                "mail",
                EffectClass.Irreversible,
                new { order = 1 },
                (_, _) =>
                {
                    posted++;
                    // What context.Read or context.Effect throws here when the fleet's retry budget is used up.
                    throw new EffectFailure("log@1", ReasonCode.RetryBudgetExhausted, retryable: true, TimeSpan.FromMilliseconds(10));
                }
            )
        );
        posted.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_was_surely_refused_says_nothing_about_the_one_before()
    {
        var context = new TestAgentContext();
        var done = 0;
        await Should.ThrowAsync<Exception>(
            context.Effect<int>(
                "charge",
                EffectClass.Keyed,
                new { order = 1 },
                (_, _) =>
                    ++done == 1
                        ? throw new HttpRequestException("gone", null, HttpStatusCode.GatewayTimeout)
                        : throw new HttpRequestException("no", null, HttpStatusCode.Conflict)
            )
        );
        var records = await ((IEffectJournal)Journal(context)).LoadAsync(Token);
        records.Last(r => r.Tool == "charge@1").Status.ShouldNotBe("failed");
    }

    [Fact]
    public async Task A_probed_effect_of_a_backend_that_is_down_is_called_MostCalls_times()
    {
        var context = new TestAgentContext();
        var calls = 0;
        await Should.ThrowAsync<Exception>(
            context.Effect<int>(
                new EffectTool("book", EffectClass.Probed) { SettleTime = TimeSpan.Zero },
                new { order = 1 },
                (_, _) =>
                    ++calls > 200
                        ? throw new PermanentFailure("enough")
                        : throw new HttpRequestException("down", null, HttpStatusCode.ServiceUnavailable),
                (_, _) => Task.FromResult<ProbeAnswer<int>>(new ProbeAnswer<int>.DidNotHappen())
            )
        );
        calls.ShouldBe(3);
    }

    [Fact]
    public async Task The_settle_time_begins_when_the_call_was_cut_off()
    {
        var context = new TestAgentContext();
        var (cut, probed) = (default(DateTimeOffset), default(DateTimeOffset));
        await context.Effect(
            new EffectTool("book", EffectClass.Probed)
            {
                SettleTime = TimeSpan.FromMilliseconds(500),
                Timeout = TimeSpan.FromMilliseconds(600),
            },
            new { order = 1 },
            async (_, token) =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    cut = TimeProvider.System.GetUtcNow();
                }
                return 1;
            },
            (_, _) =>
            {
                probed = TimeProvider.System.GetUtcNow();
                return Task.FromResult<ProbeAnswer<int>>(new ProbeAnswer<int>.Happened(1));
            }
        );
        (probed - cut).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(450));
    }

    [Fact]
    public async Task A_request_that_timed_out_below_an_sdk_is_not_sent_again_by_it()
    {
        var context = new TestAgentContext();
        var sent = 0;
        using var hanging = new Hanging(() => sent++);
        using var http = new HttpClient(new TimeoutRetries { InnerHandler = new EffectHttpHandler(hanging) });
        await Should.ThrowAsync<Exception>(
            context.Effect(
                "mail",
                EffectClass.Irreversible,
                new { order = 1 },
                async (_, token) =>
                {
                    using var response = await http.PostAsync(new Uri("http://sink/mail"), null, token);
                    response.EnsureSuccessStatusCode();
                }
            )
        );
        sent.ShouldBe(1);
    }

    [Fact]
    public async Task A_result_that_is_no_JSON_number_does_not_undo_that_it_was_done()
    {
        var context = new TestAgentContext();
        var calls = 0;
        await Should.ThrowAsync<Exception>(
            context.Effect(
                "charge",
                EffectClass.Keyed,
                new { order = 1 },
                (_, _) =>
                {
                    calls++;
                    return Task.FromResult(double.NaN);
                }
            )
        );
        calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_tuple_which_JSON_would_lose_is_refused_before_the_call()
    {
        var context = new TestAgentContext();
        var calls = 0;
        var refused = await Should.ThrowAsync<ArgumentException>(
            context.Effect("charge", EffectClass.Keyed, new { order = 1 }, (_, _) => Task.FromResult(("r-1", ++calls)))
        );
        refused.Message.ShouldContain("record");
        calls.ShouldBe(0);
    }

    [Fact]
    public async Task An_object_comes_back_at_all()
    {
        var context = new TestAgentContext();
        var result = await context.Effect<object>("charge", EffectClass.Keyed, new { order = 1 }, (_, _) => Task.FromResult<object>("r-1"));
        result.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_resumed_conversation_with_a_failed_tool_asks_the_model_nothing_again()
    {
        var model = new ScriptedModel
        {
            Answer = (turn, _) =>
                turn switch
                {
                    1 => ScriptedModel.Calls("find", "c1", ("order", 7)),
                    2 => ScriptedModel.Calls("refund", "c2", ("order", 7)),
                    _ => new ChatMessage(ChatRole.Assistant, "done"),
                },
        };
        var first = new TestAgentContext();
        await Talk(first);
        model.Prompts.Count.ShouldBe(3);
        await Talk(await first.NextAttemptAsync());
        model.Prompts.Count.ShouldBe(3);

        async Task Talk(TestAgentContext context)
        {
            var find = context.Tool(
                AIFunctionFactory.Create((int order) => Task.FromException<int>(new PermanentFailure("not found")), "find"),
                new EffectTool("find", EffectClass.Pure)
            );
            var refund = context.Tool(AIFunctionFactory.Create((int order) => "ok", "refund"), new EffectTool("refund", EffectClass.Keyed));
            using var client = context
                .Model(model)
                .AsBuilder()
                .UseFunctionInvocation(configure: c => c.MaximumConsecutiveErrorsPerRequest = 0)
                .Build();
            await client.GetResponseAsync([new(ChatRole.User, "go")], new ChatOptions { Tools = [find, refund] }, Token);
        }
    }

    [Fact]
    public async Task Layers_above_a_model_do_not_multiply_its_calls()
    {
        var model = new ScriptedModel { Answer = (_, _) => throw new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests) };
        var context = new TestAgentContext();
        for (var layer = 0; layer < 3; layer++)
        {
            await Should.ThrowAsync<EffectFailure>(context.Ask(model, [new(ChatRole.User, "How much?")]));
        }
        model.Prompts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_model_cannot_spell_a_second_key_for_the_same_charge()
    {
        var context = new TestAgentContext();
        var charged = 0;
        var tool = context.Tool(
            AIFunctionFactory.Create(
                (string order, int cents) =>
                {
                    charged++;
                    return "ok";
                },
                "charge"
            ),
            new EffectTool("charge", EffectClass.Keyed) { Scope = ["order", "cents"] }
        );
        await Invoke("""{"order":"A","cents":100}""");
        await Invoke("""{"order":"A","cents":"100"}""");
        charged.ShouldBe(1);

        async Task Invoke(string json)
        {
            var args = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
            await tool.InvokeAsync(new AIFunctionArguments(args.ToDictionary(a => a.Key, a => (object?)a.Value)), Token);
        }
    }

    [Fact]
    public async Task A_doubt_inside_a_conversation_is_kept_whatever_the_model_says_to_it()
    {
        var model = new ScriptedModel
        {
            Answer = (turn, _) =>
                turn == 1 ? ScriptedModel.Calls("mail", "c1", ("order", 7)) : new ChatMessage(ChatRole.Assistant, "I sent the mail."),
        };
        var context = new TestAgentContext();
        var tool = context.Tool(
            AIFunctionFactory.Create((int order) => Task.FromException<int>(new IOException("cut")), "mail"),
            new EffectTool("mail")
        );
        using var client = context.Model(model).AsBuilder().UseFunctionInvocation().Build();
        // Function invocation turns it into words for the model; the step asks all the same.
        await client.GetResponseAsync([new(ChatRole.User, "go")], new ChatOptions { Tools = [tool] }, Token);
        context.Session.Parked.ShouldNotBeNull().QuestionId.ShouldStartWith("effect:");
    }

    [Fact]
    public async Task An_effect_inside_its_own_call_does_not_wait_for_itself()
    {
        var context = new TestAgentContext();
        var call = context.Effect(
            "charge",
            EffectClass.Keyed,
            new { order = 1 },
            async (_, _) =>
            {
                await context.Effect("charge", EffectClass.Keyed, new { order = 1 }, (_, _) => Task.CompletedTask);
            }
        );
        await Should.ThrowAsync<Exception>(call.WaitAsync(TimeSpan.FromSeconds(30), Token));
        call.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task The_word_compensate_does_not_say_that_it_was_not_done()
    {
        var context = new TestAgentContext();
        var parked = await Should.ThrowAsync<InputRequiredException>(
            context.Effect("mail", EffectClass.Irreversible, new { order = 1 }, (_, _) => throw new IOException("cut"))
        );
        var journal = Journal(context);
        var answered = TestAgentContext.WithAnswer(parked.QuestionId, new { verdict = "compensate" });
        // The same journal, with the answer.
        var records = await ((IEffectJournal)journal).LoadAsync(Token);
        await ((IEffectJournal)Journal(answered)).AppendAsync(records, null);
        var settings = Settings(answered) with { Answers = answered.Answers };
        var session = new EffectSession(settings, Journal(answered));
        await session.ResumeAsync(Token);
        await Should.ThrowAsync<EffectFailure>(
            session.PerformAsync<object?>(
                session.Intent(new EffectTool("mail"), new { order = 1 }),
                (_, _) => Task.FromResult<object?>(null),
                null,
                null
            )
        );
        var last = (await ((IEffectJournal)Journal(answered)).LoadAsync(Token)).Last(r => r.Tool == "mail@1");
        new EffectInfo
        {
            Key = last.Key!,
            RunId = default,
            StepId = "",
            Compensating = false,
            Tool = "",
            Class = "",
            Scope = "",
            Status = last.Status!,
            Calls = 1,
            CreatedAt = default,
            ChangedAt = default,
        }.Summary.ShouldBe("in doubt");
    }

    private static MemoryJournal Journal(TestAgentContext context) =>
        (MemoryJournal)
            typeof(TestAgentContext)
                .GetField("journal", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
                .GetValue(context)!;

    private static SessionSettings Settings(TestAgentContext context) =>
        (SessionSettings)
            typeof(EffectSession)
                .GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
                .First(f => f.FieldType == typeof(SessionSettings))
                .GetValue(context.Session)!;

    private sealed class Hanging(Action sent) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }

    private sealed class TimeoutRetries : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var n = 1; ; n++)
            {
                using var timeout = new CancellationTokenSource(100);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                try
                {
                    return await base.SendAsync(request, either.Token);
                }
                catch (OperationCanceledException) when (n < 3 && !cancellationToken.IsCancellationRequested) { }
            }
        }
    }
}
