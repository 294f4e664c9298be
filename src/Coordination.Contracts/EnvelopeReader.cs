using System.Globalization;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>Reads the envelope field by field and notes every fault.</summary>
internal sealed class EnvelopeReader
{
    private readonly Func<string, string?> _header;
    private readonly List<Problem> _problems = [];

    private EnvelopeReader(Func<string, string?> header) => _header = header;

    public static EnvelopeReading Read(Func<string, string?> header, string? messageId)
    {
        var reader = new EnvelopeReader(header);
        var envelope = reader.Envelope(messageId);
        return reader._problems.Count == 0
            ? new EnvelopeReading { Envelope = envelope }
            : new EnvelopeReading { Problems = reader._problems };
    }

    private Envelope Envelope(string? messageId)
    {
        var runId = Id(EnvelopeHeaders.RunId);
        var stepId = Text(EnvelopeHeaders.StepId, WireFormat.IsStepId, "1 to 64 of a-z 0-9 - _");
        var attempt = Count(EnvelopeHeaders.Attempt, 1, int.MaxValue);
        if (stepId is not null && _header(EnvelopeHeaders.RunId) is null)
        {
            Fault("headers." + EnvelopeHeaders.RunId, $"is missing: {EnvelopeHeaders.StepId} names a step of a run.");
        }

        if (attempt is not null && _header(EnvelopeHeaders.StepId) is null)
        {
            Fault("headers." + EnvelopeHeaders.StepId, $"is missing: {EnvelopeHeaders.Attempt} counts the tries of a step.");
        }

        return new Envelope
        {
            MessageId = ParseId("properties.message-id", messageId, mandatory: true) ?? Guid.Empty,
            TransactionId = Id(EnvelopeHeaders.TransactionId, mandatory: true) ?? Guid.Empty,
            CausationId = Id(EnvelopeHeaders.CausationId),
            ConversationId = Id(EnvelopeHeaders.ConversationId),
            RunId = runId,
            StepId = stepId,
            Attempt = (int?)attempt,
            Sender = new Sender
            {
                Type = Text(EnvelopeHeaders.SenderType, WireFormat.IsName, "1 to 64 of a-z 0-9 -", mandatory: true) ?? "",
                Instance = Visible(EnvelopeHeaders.SenderInstance, 200, mandatory: true) ?? "",
                Build = Visible(EnvelopeHeaders.SenderBuild, 100, mandatory: true) ?? "",
            },
            SentAt = Time(EnvelopeHeaders.SentAt, mandatory: true) ?? default,
            Deadline = Time(EnvelopeHeaders.Deadline),
            HopsLeft = (int)(Count(EnvelopeHeaders.Hops, 0, Contracts.Envelope.DefaultHops, mandatory: true) ?? 0),
            Budget = Budget(),
            TraceParent = Text(EnvelopeHeaders.TraceParent, WireFormat.IsTraceParent, "a W3C traceparent"),
            TraceState = Visible(EnvelopeHeaders.TraceState, EnvelopeHeaders.TraceStateLength),
            Tenant = Text(EnvelopeHeaders.Tenant, WireFormat.IsName, "1 to 64 of a-z 0-9 -") ?? Contracts.Envelope.DefaultTenant,
        };
    }

    private Budget? Budget()
    {
        var tokens = Count(EnvelopeHeaders.BudgetTokens, 0, long.MaxValue);
        var cost = Count(EnvelopeHeaders.BudgetCost, 0, long.MaxValue);
        var depth = Count(EnvelopeHeaders.BudgetDepth, 0, int.MaxValue);
        return tokens is null && cost is null && depth is null
            ? null
            : new Budget
            {
                Tokens = tokens,
                CostMicroUsd = cost,
                Depth = (int?)depth,
            };
    }

    private Guid? Id(string name, bool mandatory = false) => ParseId("headers." + name, _header(name), mandatory);

    private Guid? ParseId(string path, string? value, bool mandatory)
    {
        if (value is null)
        {
            Missing(path, mandatory);
        }
        else if (WireFormat.TryId(value, out var id) && id != Guid.Empty)
        {
            return id;
        }
        else
        {
            Fault(path, "must be a UUID such as 0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a, not all zeros.");
        }

        return null;
    }

    private string? Visible(string name, int max, bool mandatory = false) =>
        Text(name, value => WireFormat.IsVisibleText(value, max), $"1 to {max} printable ASCII characters", mandatory);

    private string? Text(string name, Func<string, bool> isValid, string expected, bool mandatory = false)
    {
        var value = _header(name);
        if (value is null)
        {
            Missing("headers." + name, mandatory);
        }
        else if (isValid(value))
        {
            return value;
        }
        else
        {
            Fault("headers." + name, $"must be {expected}.");
        }

        return null;
    }

    private long? Count(string name, long min, long max, bool mandatory = false)
    {
        var value = _header(name);
        if (value is null)
        {
            Missing("headers." + name, mandatory);
        }
        else if (WireFormat.TryCount(value, max, out var number) && number >= min)
        {
            return number;
        }
        else
        {
            Fault("headers." + name, $"must be a whole number from {min} to {max} in decimal digits.");
        }

        return null;
    }

    private DateTimeOffset? Time(string name, bool mandatory = false)
    {
        var value = _header(name);
        if (value is null)
        {
            Missing("headers." + name, mandatory);
        }
        else if (
            DateTimeOffset.TryParseExact(
                value,
                EnvelopeHeaders.TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
        {
            return time;
        }
        else
        {
            Fault("headers." + name, "must be a UTC time with milliseconds such as 2026-03-01T09:30:00.000Z.");
        }

        return null;
    }

    private void Missing(string path, bool mandatory)
    {
        if (mandatory)
        {
            Fault(path, "is missing: every message carries it.");
        }
    }

    private void Fault(string path, string message) =>
        _problems.Add(
            new Problem
            {
                Code = ReasonCode.ContractInvalid,
                Path = path,
                Message = path + " " + message,
            }
        );
}
