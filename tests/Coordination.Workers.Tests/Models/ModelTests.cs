using System.ComponentModel.DataAnnotations;
using System.Net;
using Coordination.Contracts;
using Microsoft.Extensions.AI;

namespace Coordination.Workers.Tests.Models;

/// <summary>What a step pays for models, and what it gets.</summary>
public sealed class A_model_asked_by_a_step
{
    private static readonly IList<ChatMessage> Prompt = [new(ChatRole.User, "How much?")];

    public sealed record Amount([property: Range(1, 1_000)] int Cents);

    [Fact, Trait("req", "WAL-04")]
    public async Task Is_asked_once_and_later_attempts_read_its_answer()
    {
        var model = new ScriptedModel();
        var first = new TestAgentContext();
        (await first.Ask(model, Prompt)).Text.ShouldBe("ok");
        (await first.Ask(model, Prompt)).Text.ShouldBe("ok");
        model.Prompts.Count.ShouldBe(2);

        var second = await first.NextAttemptAsync();
        var answer = await second.Ask(model, Prompt);
        (answer.Text, answer.Usage!.InputTokenCount, answer.ModelId).ShouldBe(("ok", 8_000, "scripted-1"));
        await second.Ask(model, Prompt);
        model.Prompts.Count.ShouldBe(2);

        await second.Ask(model, [new(ChatRole.User, "Something else?")]);
        model.Prompts.Count.ShouldBe(3);
    }

    [Fact, Trait("req", "RTY-09"), Trait("req", "RTY-02")]
    public async Task Is_not_asked_again_because_a_tool_it_called_is_refused_for_ever()
    {
        var model = new ScriptedModel { Answer = (turn, _) => ScriptedModel.Calls("price", $"call-{turn}", ("order", 7)) };
        var backend = new Backend(_ => Respond(HttpStatusCode.TooManyRequests));
        var context = new TestAgentContext();
        using var http = new HttpClient(new EffectHttpHandler(backend)) { BaseAddress = new Uri("http://tool/") };
        var tool = context.Tool(
            AIFunctionFactory.Create(
                async (int order, CancellationToken token) =>
                {
                    using var response = await http.GetAsync(new Uri($"price/{order}", UriKind.Relative), token);
                    response.EnsureSuccessStatusCode();
                    return await response.Content.ReadAsStringAsync(token);
                },
                "price"
            ),
            new EffectTool("price", EffectClass.Pure)
        );
        using var client = context
            .Model(model)
            .AsBuilder()
            .UseFunctionInvocation(configure: c => c.MaximumConsecutiveErrorsPerRequest = 0)
            .Build();

        var failure = await Should.ThrowAsync<EffectFailure>(client.GetResponseAsync(Prompt, new ChatOptions { Tools = [tool] }));

        failure.Code.ShouldBe(ReasonCode.RateLimited);
        backend.Requests.ShouldBe(3);
        model.InputTokens.ShouldBeLessThanOrEqualTo(8_800);
    }

    [Fact, Trait("req", "RTY-01")]
    public async Task Three_stacked_layers_of_three_retries_reach_the_backend_three_times()
    {
        var backend = new Backend(_ => Respond(HttpStatusCode.ServiceUnavailable));
        var context = new TestAgentContext();
        using var http = new HttpClient(new SdkRetries(3) { InnerHandler = new EffectHttpHandler(backend) });
        for (var layer = 0; layer < 3; layer++)
        {
            await Should.ThrowAsync<Exception>(
                context.Effect(
                    "charge",
                    EffectClass.Keyed,
                    new { order = 7 },
                    async (_, token) =>
                    {
                        using var response = await http.PostAsync(new Uri("http://bank/charge"), null, token);
                        return (int)response.EnsureSuccessStatusCode().StatusCode;
                    }
                )
            );
        }

        backend.Requests.ShouldBe(3);
        backend.Keys.Distinct().ShouldHaveSingleItem()!.Length.ShouldBe(52);
    }

    [Fact, Trait("req", "UPS-01"), Trait("req", "UPS-02")]
    public async Task Gets_one_repair_prompt_with_the_reason_and_then_its_answer_counts()
    {
        var model = new ScriptedModel
        {
            Answer = (turn, _) => new ChatMessage(ChatRole.Assistant, turn == 1 ? """{"cents":0}""" : """{"cents":100}"""),
        };
        (await new TestAgentContext().Ask<Amount>(model, Prompt)).Cents.ShouldBe(100);
        model.Prompts.Count.ShouldBe(2);
        model.Prompts.Last().Last().Text.ShouldContain("answer.cents");
    }

    [Theory, Trait("req", "UPS-01"), Trait("req", "UPS-02")]
    [InlineData("no JSON at all")]
    [InlineData("""{"cents":5000}""")]
    [InlineData("""{"cents":5,"more":1}""")]
    [InlineData("""{}""")]
    [InlineData("""{"cents":13}""")]
    public async Task Never_gets_a_wrong_answer_through(string wrong)
    {
        var model = new ScriptedModel { Answer = (_, _) => new ChatMessage(ChatRole.Assistant, wrong) };
        var failure = await Should.ThrowAsync<EffectFailure>(
            new TestAgentContext().Ask<Amount>(model, Prompt, amount => amount.Cents == 13 ? "13 is not believed." : null)
        );
        (failure.Code, failure.Retryable).ShouldBe((ReasonCode.QualityRejected, false));
        model.Prompts.Count.ShouldBe(2);
    }

    [Fact, Trait("req", "RTY-12")]
    public async Task Is_asked_no_more_when_a_fifth_of_the_budget_went_into_refused_answers()
    {
        var model = new ScriptedModel { Answer = (_, _) => new ChatMessage(ChatRole.Assistant, "nonsense") };
        var session = new EffectSession(Settings(tokenBudget: 60_000), new MemoryJournal(TimeProvider.System));
        using var client = new JournaledChatClient(model, session, price: null);
        var codes = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var failure = await Should.ThrowAsync<EffectFailure>(
                ModelQuestion.AskAsync<Amount>(session, client, [new(ChatRole.User, $"{i}?")], null, null, CancellationToken.None)
            );
            codes.Add(failure.Code);
        }

        codes.ShouldBe([ReasonCode.QualityRejected, ReasonCode.BudgetExceeded, ReasonCode.BudgetExceeded]);
        model.Prompts.Count.ShouldBe(2);
    }

    private static SessionSettings Settings(long tokenBudget) =>
        new()
        {
            Work = StepWork.From(WorkerNode.Order("one")),
            AgentType = "test",
            Tenant = "default",
            Definition = "test",
            Epoch = 1,
            Worker = "test",
            TokenBudget = tokenBudget,
            Answers = new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal),
            Budgets = new UnlimitedRetries(),
            Times = new CallTimes(),
            Metrics = new WorkerMetrics(),
            Time = TimeProvider.System,
            Jitter = () => 0,
            Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
        };

    [Fact, Trait("req", "IDM-03")]
    public async Task That_calls_a_function_three_times_in_one_turn_charges_once()
    {
        var charged = 0;
        var model = new ScriptedModel
        {
            Answer = (turn, _) =>
                turn == 1
                    ? new ChatMessage(
                        ChatRole.Assistant,
                        [
                            .. Enumerable
                                .Range(0, 3)
                                .Select(i => ScriptedModel.Calls("charge", $"call-{i}", ("order", 7), ("note", $"words {i}")).Contents[0]),
                        ]
                    )
                    : new ChatMessage(ChatRole.Assistant, "done"),
        };
        var context = new TestAgentContext();
        var charge = context.Tool(
            AIFunctionFactory.Create((int order, string note) => Interlocked.Increment(ref charged), "charge"),
            new EffectTool("charge", EffectClass.Keyed) { Scope = ["order"] }
        );
        using var client = context.Model(model).AsBuilder().UseFunctionInvocation().Build();
        (await client.GetResponseAsync(Prompt, new ChatOptions { Tools = [charge] })).Text.ShouldBe("done");
        charged.ShouldBe(1);
    }

    private static HttpResponseMessage Respond(HttpStatusCode status) => new(status);

    private sealed class Backend(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        private int requests;

        public int Requests => requests;

        public List<string> Keys { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref requests);
            if (request.Headers.TryGetValues(EffectHttpHandler.KeyHeader, out var keys))
            {
                Keys.AddRange(keys);
            }

            return Task.FromResult(answer(request));
        }
    }

    /// <summary>What a provider's SDK does on its own.</summary>
    private sealed class SdkRetries(int times) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var i = 1; ; i++)
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode || i == times)
                {
                    return response;
                }
            }
        }
    }
}
