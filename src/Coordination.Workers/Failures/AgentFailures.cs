using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Coordination.Workers;

/// <summary>
/// Thrown by an agent: the step cannot succeed, whatever is tried again (bad input, not found, forbidden, a business rule). Its detail travels,
/// cut to 500 characters and without control characters.
/// </summary>
/// <param name="detail">For a person to read; no secrets.</param>
/// <param name="reasonCode">One of the contracts' reason codes; null: <c>NON_RETRYABLE</c>.</param>
[SuppressMessage("Naming", "CA1710", Justification = "Reads as what it is in an agent: throw new PermanentFailure(...).")]
public sealed class PermanentFailure(string detail, string? reasonCode = null) : Exception(detail)
{
    /// <summary>One of the contracts' reason codes, or null.</summary>
    public string? ReasonCode { get; } = reasonCode;
}

/// <summary>Thrown by an agent: it may succeed later. The step's retry policy decides when. Its detail travels as that of <see cref="PermanentFailure"/>.</summary>
/// <param name="detail">For a person to read; no secrets.</param>
/// <param name="reasonCode">One of the contracts' reason codes; null: <c>DEGRADED</c>.</param>
[SuppressMessage("Naming", "CA1710", Justification = "Reads as what it is in an agent: throw new TransientFailure(...).")]
public sealed class TransientFailure(string detail, string? reasonCode = null) : Exception(detail)
{
    /// <summary>One of the contracts' reason codes, or null.</summary>
    public string? ReasonCode { get; } = reasonCode;

    /// <summary>No other attempt, or inside an effect no other call, before this time has passed (what the target asked for).</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Ends an attempt because an answer is needed first; made by <see cref="AgentContext.Ask{T}(string, string, TimeSpan?)"/>. Agents let it pass.</summary>
public sealed class InputRequiredException : Exception
{
    internal InputRequiredException(string questionId, string question, JsonNode? answerSchema, TimeSpan? openFor)
        : base($"The step waits for an answer to '{questionId}'.")
    {
        QuestionId = questionId;
        Question = question;
        AnswerSchema = answerSchema;
        OpenFor = openFor;
    }

    /// <summary>Names the question within the step.</summary>
    public string QuestionId { get; }

    /// <summary>For a person or agent to read.</summary>
    public string Question { get; }

    /// <summary>How long the question stays open; null: until the run's deadline.</summary>
    public TimeSpan? OpenFor { get; }

    internal JsonNode? AnswerSchema { get; }
}
