using System.Text.Json;
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
        if (!Answers.TryGetValue(questionId, out var answer))
        {
            throw new InputRequiredException(questionId, question, AgentJson.SchemaOf<T>(), openFor);
        }

        return AgentJson.TryRead<T>(answer, $"answers.{questionId}", out var value, out var problem) ? value! : throw problem!;
    }

    private static readonly IReadOnlyDictionary<string, JsonElement> NoAnswers = new Dictionary<string, JsonElement>(
        0,
        StringComparer.Ordinal
    );
}
