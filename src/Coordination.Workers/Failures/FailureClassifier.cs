using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Workers;

/// <summary>What a failure means to the run.</summary>
/// <param name="Class">One of <see cref="FailureClass"/>.</param>
/// <param name="Reason">One of <see cref="ReasonCode"/>.</param>
/// <param name="Detail">Words the agent chose or this library wrote; never an exception's text.</param>
internal sealed record Verdict(string Class, string Reason, string? Detail = null)
{
    /// <summary>No attempt before this time has passed.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>
/// Tells failures that may pass from those that will not. An exception of unknown kind is permanent unless the agent's
/// <see cref="AgentOptions.RetryUnknown"/> says otherwise: repeating an effect after an unknown failure is worse than asking a person.
/// </summary>
internal static class FailureClassifier
{
    private const int MaxDetail = 500;

    private static readonly HashSet<string> Codes =
    [
        .. typeof(ReasonCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!),
    ];

    public static Verdict Classify(Exception exception, AgentOptions options) =>
        exception switch
        {
            PermanentFailure failure => new(FailureClass.Permanent, Code(failure.ReasonCode, ReasonCode.NonRetryable), Detail(failure)),
            TransientFailure failure => new(FailureClass.Transient, Code(failure.ReasonCode, ReasonCode.Degraded), Detail(failure))
            {
                RetryAfter = failure.RetryAfter,
            },
            EffectFailure failure => new(
                failure.Retryable ? FailureClass.Transient : FailureClass.Permanent,
                Code(failure.Code, ReasonCode.NonRetryable),
                Detail(failure)
            )
            {
                RetryAfter = failure.RetryAfter,
            },
            // While undoing nobody is asked: the run says what could not be undone.
            InputRequiredException question
                when question.QuestionId.StartsWith(Coordination.Contracts.V1.InputRequired.EffectQuestion, StringComparison.Ordinal) =>
                new(FailureClass.Permanent, ReasonCode.InDoubt, Text.Bounded(question.Question, MaxDetail)),
            AggregateException { InnerExceptions: [var inner] } => Classify(inner, options),
            TargetInvocationException { InnerException: { } inner } => Classify(inner, options),
            // The step's own token did not fire: something the agent called gave up.
            OperationCanceledException or TimeoutException => Transient,
            HttpRequestException { StatusCode: { } status } => (int)status is 408 or 425 or 429 or >= 500 ? Transient : Permanent,
            HttpRequestException or SocketException => Transient,
            FileNotFoundException or DirectoryNotFoundException or PathTooLongException => Permanent,
            IOException => Transient,
            DbException database => database.IsTransient ? Transient : Permanent,
            JsonException or ValidationException or ArgumentException or FormatException or UnauthorizedAccessException => Permanent,
            NullReferenceException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException => Permanent,
            NotSupportedException or NotImplementedException or ArithmeticException => Permanent,
            _ => options.RetryUnknown ? Transient : Permanent,
        };

    private static Verdict Transient => new(FailureClass.Transient, ReasonCode.Degraded);

    private static Verdict Permanent => new(FailureClass.Permanent, ReasonCode.NonRetryable);

    private static string Code(string? chosen, string otherwise) => chosen is not null && Codes.Contains(chosen) ? chosen : otherwise;

    private static string Detail(Exception failure) => Text.Bounded(failure.Message, MaxDetail);
}
