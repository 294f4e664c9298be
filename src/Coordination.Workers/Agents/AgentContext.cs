using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>What an agent knows about the attempt it carries out. In tests use <see cref="TestAgentContext"/>.</summary>
public abstract class AgentContext
{
    private protected AgentContext() { }

    /// <summary>The run the step belongs to.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The step's id in the plan.</summary>
    public required string StepId { get; init; }

    /// <summary>Which try of the step this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The name the agent is registered under.</summary>
    public required string AgentType { get; init; }

    /// <summary>Whose work it is; <c>default</c> where there is only one tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>When this attempt runs out of time, by the database clock; null without a limit.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Carries run, step and attempt as scope.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Answers to the step's questions, by question id.</summary>
    public IReadOnlyDictionary<string, JsonElement> Answers { get; init; } = NoAnswers;

    /// <summary>
    /// The decision of the ballot the plan put before this step; null where it put none. Hand it to the effect it allows, whose arguments must be the step's input.
    /// </summary>
    public DecisionToken? Decision { get; init; }

    /// <summary>
    /// The idempotency key of one outside action of this step: the same in every attempt and after every resume, in any process.
    /// </summary>
    /// <param name="tool">What is done, for example <c>refund</c>.</param>
    /// <param name="scope">
    /// What tells several uses of the tool within the step apart: order id, amount in cents. Only facts; free text a model words anew each time
    /// would make a new key.
    /// </param>
    /// <returns>52 characters of <c>A-Z 2-7</c>.</returns>
    public string EffectKey(string tool, params ReadOnlySpan<string> scope) => Workers.EffectKey.Of(Tenant, RunId, StepId, tool, scope);

    /// <summary>
    /// Tells the run how far the work is, for people to see. Stored and sent at once; at most one report a second per attempt is sent, others
    /// are dropped.
    /// </summary>
    /// <param name="percent">0 to 100; null when unknown.</param>
    /// <param name="note">Up to 500 characters; longer ones are cut.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public abstract Task ReportProgressAsync(int? percent, string? note, CancellationToken cancellationToken = default);

    /// <summary>
    /// The answer to a question, if it was given; otherwise ends the attempt with <see cref="InputRequiredException"/> and the step waits, durably and
    /// without holding anything. When the answer arrives a new attempt starts from the beginning and this call returns it.
    /// </summary>
    /// <param name="questionId">Names the question within the step. 1 to 100 characters.</param>
    /// <param name="question">For a person or agent to read. 1 to 2,000 characters.</param>
    /// <param name="openFor">How long the question stays open; null: until the run's deadline.</param>
    /// <exception cref="InputRequiredException">No answer yet. Let it pass.</exception>
    /// <exception cref="PermanentFailure">The answer does not fit <typeparamref name="T"/>.</exception>
    public T Ask<T>(string questionId, string question, TimeSpan? openFor = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(questionId);
        ArgumentException.ThrowIfNullOrWhiteSpace(question);
        if (questionId.StartsWith(Contracts.V1.InputRequired.EffectQuestion, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"Ids that begin with '{Contracts.V1.InputRequired.EffectQuestion}' are those of effects in doubt: their answers decide what was done.",
                nameof(questionId)
            );
        }

        if (!Answers.TryGetValue(questionId, out var answer))
        {
            throw new InputRequiredException(questionId, question, AgentJson.SchemaOf<T>(), openFor);
        }

        return AgentJson.TryRead<T>(answer, $"answers.{questionId}", out var value, out var problem) ? value! : throw problem!;
    }

    /// <summary>
    /// Takes an outside action, once: whatever crashes, is retried or asked for again, the effect is made as often as its class allows and its first result is
    /// returned every time. The intent is stored before the call and the outcome after it.
    /// </summary>
    /// <param name="tool">What is done; one use of it per step. With a <see cref="EffectTool"/> there may be several, told apart by its scope.</param>
    /// <param name="effectClass">What may be done when its end is not known.</param>
    /// <param name="args">What it is done with, as an object; the same effect asked for with other arguments is refused.</param>
    /// <param name="call">Makes the call, with its idempotency key and the token that stops it together with the attempt: pass it to the target where the class is <see cref="EffectClass.Keyed"/>.</param>
    /// <exception cref="EffectFailure">It did not succeed, after everything that may be tried.</exception>
    /// <exception cref="InputRequiredException">Whether it happened is not known and a person has to say so. Let it pass.</exception>
    public Task<T> Effect<T>(string tool, EffectClass effectClass, object? args, Func<string, CancellationToken, Task<T>> call) =>
        Effect(new EffectTool(tool, effectClass), args, call, probe: null);

    /// <inheritdoc cref="Effect{T}(string, EffectClass, object?, Func{string, CancellationToken, Task{T}})"/>
    /// <param name="tool">What is done, declared once.</param>
    /// <param name="args">What it is done with, as an object with the members the tool's scope names.</param>
    /// <param name="call">Makes the call, with its idempotency key.</param>
    /// <param name="probe">Asks the target whether the effect with this key happened; needed for <see cref="EffectClass.Probed"/>.</param>
    /// <param name="decision">The decision that allows it; needed for a tool with a <see cref="EffectTool.Tier"/>, used up by the first call. Without one that fits the effect is refused with ADMISSION_DENIED.</param>
    public Task<T> Effect<T>(
        EffectTool tool,
        object? args,
        Func<string, CancellationToken, Task<T>> call,
        Func<string, CancellationToken, Task<ProbeAnswer<T>>>? probe = null,
        DecisionToken? decision = null
    )
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(call);
        var probed = tool.Class == EffectClass.Probed || tool.VerifiedWithin is not null;
        return probed && probe is null
            ? throw new ArgumentException($"Effect tool '{tool.Name}' is asked whether it happened: pass the probe.", nameof(probe))
            : Session.PerformAsync(Session.Intent(tool, args, decision), call, probe, notes: null);
    }

    /// <inheritdoc cref="Effect{T}(string, EffectClass, object?, Func{string, CancellationToken, Task{T}})"/>
    public Task Effect(string tool, EffectClass effectClass, object? args, Func<string, CancellationToken, Task> call) =>
        Effect(new EffectTool(tool, effectClass), args, call);

    /// <inheritdoc cref="Effect{T}(EffectTool, object?, Func{string, CancellationToken, Task{T}}, Func{string, CancellationToken, Task{ProbeAnswer{T}}}?, DecisionToken?)"/>
    public Task Effect(EffectTool tool, object? args, Func<string, CancellationToken, Task> call, DecisionToken? decision = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Effect(
            tool,
            args,
            async (key, token) =>
            {
                await call(key, token);
                return default(NoResult);
            },
            probe: null,
            decision
        );
    }

    /// <summary>
    /// Reads something outside. Repeated freely when it fails; once it has succeeded, its answer is kept and later attempts of the step see the same one.
    /// </summary>
    /// <param name="name">What is read.</param>
    /// <param name="args">Which; every different one is a read of its own.</param>
    /// <param name="call">Reads.</param>
    /// <exception cref="EffectFailure">It did not succeed, after everything that may be tried.</exception>
    public Task<T> Read<T>(string name, object? args, Func<CancellationToken, Task<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Session.PerformAsync(
            Session.ReadIntent(new EffectTool(name, EffectClass.Pure), args),
            (_, token) => call(token),
            probe: null,
            notes: null
        );
    }

    /// <summary>
    /// A model whose answers are kept: every later attempt of the step reads them instead of asking again. Tokens and cost are counted into the run. Use it below
    /// function invocation (<c>context.Model(client).AsBuilder().UseFunctionInvocation().Build()</c>), so that every turn is kept by itself.
    /// </summary>
    /// <param name="client">The provider's client. Retries belong to the effect: put <see cref="EffectHttpHandler"/> into its HTTP pipeline, and the SDK's own do not reach the provider.</param>
    /// <param name="price">To count money; null: tokens only.</param>
    public IChatClient Model(IChatClient client, ModelPrice? price = null) => new JournaledChatClient(client, Session, price);

    /// <summary>
    /// A function for a model to call, as an effect of this step. Failures that the model can do something about are told to it; the others are thrown: let them end the
    /// conversation (<c>UseFunctionInvocation(configure: c => c.MaximumConsecutiveErrorsPerRequest = 0)</c>) instead of paying for further turns.
    /// </summary>
    /// <exception cref="ArgumentException">The tool is to be asked whether it happened, which a function cannot be.</exception>
    /// <param name="function">What is called.</param>
    /// <param name="tool">What it does outside.</param>
    /// <param name="decision">For a tool with a <see cref="EffectTool.Tier"/>: allows one call, with the arguments that were decided.</param>
    public AIFunction Tool(AIFunction function, EffectTool tool, DecisionToken? decision = null)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return tool.Class == EffectClass.Probed || tool.VerifiedWithin is not null
            ? throw new ArgumentException(
                $"Effect tool '{tool.Name}' needs a probe: wrap the call in context.Effect inside the function.",
                nameof(tool)
            )
            : new EffectFunction(function, tool, decision, Session);
    }

    /// <summary>Asks a model once; later attempts read the answer.</summary>
    /// <exception cref="EffectFailure">It did not answer, after everything that may be tried.</exception>
    public Task<ChatResponse> Ask(IChatClient client, IList<ChatMessage> messages, ChatOptions? options = null, ModelPrice? price = null) =>
        Model(client, price).GetResponseAsync(messages, options);

    /// <summary>
    /// Asks a model for a value. The answer is judged by the type's JSON schema, its data annotations and <paramref name="check"/>; a refused one is asked for
    /// once more with the reason.
    /// </summary>
    /// <param name="client">The provider's client.</param>
    /// <param name="messages">The prompt.</param>
    /// <param name="check">What is wrong with the value, for the model to read; null: nothing.</param>
    /// <param name="options">The model's options; the response format is set here.</param>
    /// <param name="price">To count money; null: tokens only.</param>
    /// <exception cref="EffectFailure">No answer, or (QUALITY_REJECTED) none that was accepted.</exception>
    public Task<T> Ask<T>(
        IChatClient client,
        IList<ChatMessage> messages,
        Func<T, string?>? check = null,
        ChatOptions? options = null,
        ModelPrice? price = null
    ) => ModelQuestion.AskAsync(Session, Model(client, price), messages, options, check, CancellationToken.None);

    /// <summary>The time, the same one in every attempt of the step.</summary>
    public DateTimeOffset Now() => Session.Now();

    /// <summary>A new id, the same one in every attempt of the step.</summary>
    public Guid NewId() => Session.NewId();

    /// <summary>A random number from 0 up to 1, the same one in every attempt of the step.</summary>
    public double NextRandom() => Session.NextRandom();

    /// <summary>
    /// Says that the step's result lacks something. Needed after a caught <see cref="EffectFailure"/>: a step that returns as if nothing were missing fails instead.
    /// </summary>
    /// <param name="what">For a person to read, up to 500 characters.</param>
    /// <param name="failure">Why; null: every failure so far.</param>
    public void Missing(string what, EffectFailure? failure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
        Session.Missing(what, failure);
    }

    internal EffectSession? Effects { get; init; }

    internal virtual EffectSession Session =>
        Effects
        ?? throw new InvalidOperationException(
            $"Agent type '{AgentType}' is registered as Inline: it runs inside a database transaction and touches nothing outside. Remove AgentOptions.Inline."
        );

    private static readonly IReadOnlyDictionary<string, JsonElement> NoAnswers = new Dictionary<string, JsonElement>(
        0,
        StringComparer.Ordinal
    );
}
