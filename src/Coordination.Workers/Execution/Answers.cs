using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Turns what is said about a step into messages to the run, and votes into messages to the ballot.</summary>
internal sealed class Answers(EnvelopeFactory envelopes, WorkerIdentity identity, ILogger<Answers> logger)
{
    /// <summary>The answer's message; one that is too large becomes a failure.</summary>
    public OutgoingMessage Of(StepWork work, Envelope asked, ref StepAnswer answer, AgentRegistration agent)
    {
        try
        {
            return To(work, asked, agent, answer.Message);
        }
        catch (ArgumentException exception)
        {
            var verdict = new Verdict(FailureClass.Permanent, ReasonCode.ContractInvalid, "The step's answer does not fit into a message.");
            answer = StepExecutor.Fail(logger, agent, work, verdict, exception);
            return To(work, asked, agent, answer.Message);
        }
    }

    public OutgoingMessage Progress(StepWork work, Envelope asked, AgentRegistration agent, int? percent, string? note) =>
        ContractOutgoing.To(
            Wire.RunsEndpoint,
            new StepProgress
            {
                RunId = work.RunId,
                StepId = work.StepId,
                Attempt = work.Attempt,
                Percent = percent,
                Note = note,
            },
            EnvelopeOf(work, asked, agent)
        );

    private OutgoingMessage To(StepWork work, Envelope asked, AgentRegistration agent, object message) =>
        work.Round is null
            ? ContractOutgoing.To(Wire.RunsEndpoint, message, EnvelopeOf(work, asked, agent))
            // A ballot is no run: its id groups the message and stands in no header.
            : ContractOutgoing.To(Wire.BallotsEndpoint, message, envelopes.CausedBy(asked) with { Sender = identity.As(agent.Type) }) with
            {
                GroupId = work.RunId,
            };

    private Envelope EnvelopeOf(StepWork work, Envelope asked, AgentRegistration agent) =>
        envelopes.CausedBy(asked) with
        {
            RunId = work.RunId,
            StepId = work.StepId,
            Attempt = work.Attempt,
            Sender = identity.As(agent.Type),
        };
}
