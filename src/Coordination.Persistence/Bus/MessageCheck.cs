using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Persistence;

/// <summary>
/// What can be said of a message without asking anybody: size, contract, version, JSON and rules of the body, then the envelope, then that both name the same
/// run and step. The guard asks it of what arrives, an edited dead letter is held to the same.
/// </summary>
internal static class MessageCheck
{
    public static CheckedMessage Read(Func<string, string?> header, string? messageId, byte[] body, ContractLimits limits)
    {
        var reading = ContractReader.Read(header(EnvelopeHeaders.Contract), header(EnvelopeHeaders.Minor), body, limits);
        if (!reading.Ok)
        {
            return new CheckedMessage(reading, null, reading.Problems);
        }

        var head = EnvelopeHeaders.Read(header, messageId);
        return !head.Ok ? new CheckedMessage(reading, null, head.Problems)
            : Mismatch(reading.Message!, head.Envelope!) is { } mismatch ? new CheckedMessage(reading, head.Envelope, [mismatch])
            : new CheckedMessage(reading, head.Envelope, []);
    }

    private static Problem? Mismatch(object message, Envelope envelope)
    {
        if (message is IRunMessage run && envelope.RunId is { } runId && runId != run.RunId)
        {
            return Invalid(EnvelopeHeaders.RunId, $"names run {runId}, the body names {run.RunId}.");
        }

        if (message is IStepMessage step && envelope.StepId is { } stepId && stepId != step.StepId)
        {
            return Invalid(EnvelopeHeaders.StepId, $"names step {stepId}, the body names {step.StepId}.");
        }

        return message is IStepMessage { Attempt: var inBody } && envelope.Attempt is { } attempt && attempt != inBody
            ? Invalid(EnvelopeHeaders.Attempt, $"names attempt {attempt}, the body names {inBody}.")
            : null;
    }

    private static Problem Invalid(string header, string message) =>
        new()
        {
            Code = ReasonCode.ContractInvalid,
            Path = "headers." + header,
            Message = message,
        };
}

/// <summary>A message with its envelope; usable when there are no problems.</summary>
internal readonly record struct CheckedMessage(ContractReading Reading, Envelope? Envelope, IReadOnlyList<Problem> Problems);
