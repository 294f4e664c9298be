using System.Globalization;

namespace Coordination.Contracts;

/// <summary>The envelope as transport headers: all values are strings, all names lower-case. The message id is the AMQP <c>message-id</c>.</summary>
public static class EnvelopeHeaders
{
    /// <summary>Contract id, for example <c>run.submit.v1</c>. Mandatory.</summary>
    public const string Contract = "coord-contract";

    /// <summary>The sender's minor version of the contract. Mandatory.</summary>
    public const string Minor = "coord-minor";

    public const string TransactionId = "coord-transaction-id";
    public const string CausationId = "coord-causation-id";
    public const string ConversationId = "coord-conversation-id";
    public const string RunId = "coord-run-id";
    public const string StepId = "coord-step-id";
    public const string Attempt = "coord-attempt";
    public const string SenderType = "coord-sender-type";
    public const string SenderInstance = "coord-sender-instance";
    public const string SenderBuild = "coord-sender-build";
    public const string SentAt = "coord-sent-at";
    public const string Deadline = "coord-deadline";
    public const string Hops = "coord-hops";
    public const string BudgetTokens = "coord-budget-tokens";

    /// <summary>Millionths of a US dollar.</summary>
    public const string BudgetCost = "coord-budget-cost";
    public const string BudgetDepth = "coord-budget-depth";
    public const string Tenant = "coord-tenant";

    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>W3C trace context.</summary>
    public const string TraceState = "tracestate";

    /// <summary>ISO 8601, UTC, milliseconds: the only form of time in a header.</summary>
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    internal const int TraceStateLength = 512;

    /// <summary>The headers of a message of this contract. The message id is not among them: it is the AMQP property.</summary>
    public static Dictionary<string, string> Write(Envelope envelope, ContractInfo contract)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Contract] = contract.Id,
            [Minor] = Number(contract.Minor),
            [TransactionId] = envelope.TransactionId.ToString("D"),
            [SenderType] = envelope.Sender.Type,
            [SenderInstance] = envelope.Sender.Instance,
            [SenderBuild] = envelope.Sender.Build,
            [SentAt] = Time(envelope.SentAt),
            [Hops] = Number(envelope.HopsLeft),
            [Tenant] = envelope.Tenant,
        };
        Add(CausationId, envelope.CausationId?.ToString("D"));
        Add(ConversationId, envelope.ConversationId?.ToString("D"));
        Add(RunId, envelope.RunId?.ToString("D"));
        Add(StepId, envelope.StepId);
        Add(Attempt, envelope.Attempt is { } attempt ? Number(attempt) : null);
        Add(Deadline, envelope.Deadline is { } deadline ? Time(deadline) : null);
        Add(BudgetTokens, envelope.Budget?.Tokens is { } tokens ? Number(tokens) : null);
        Add(BudgetCost, envelope.Budget?.CostMicroUsd is { } cost ? Number(cost) : null);
        Add(BudgetDepth, envelope.Budget?.Depth is { } depth ? Number(depth) : null);
        // A broken trace must not stop the work: receivers would refuse the message for it.
        Add(TraceParent, envelope.TraceParent is { } parent && WireFormat.IsTraceParent(parent) ? parent : null);
        Add(TraceState, envelope.TraceState is { } state && WireFormat.IsVisibleText(state, TraceStateLength) ? state : null);
        return headers;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers[name] = value;
            }
        }
    }

    /// <summary>
    /// The envelope of a received message. Every missing or malformed field is reported, none is guessed: a default exists only for the
    /// tenant. Never throws because of what was received.
    /// </summary>
    /// <param name="header">The value of a header as text, or null when it is not there.</param>
    /// <param name="messageId">The transport's message id.</param>
    public static EnvelopeReading Read(Func<string, string?> header, string? messageId) => EnvelopeReader.Read(header, messageId);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset value) => value.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
