using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.Logging;

namespace Coordination.Workers;

/// <summary>Turns what is said about a step into messages to the run.</summary>
internal sealed class Answers(EnvelopeFactory envelopes, WorkerIdentity identity, ILogger<Answers> logger)
{
    /// <summary>The answer's message; one that is too large becomes a failure.</summary>
    public OutgoingMessage Of(StepWork work, Envelope asked, ref StepAnswer answer, AgentRegistration agent)
    {
        try
        {
            return ContractOutgoing.To(Wire.RunsEndpoint, answer.Message, EnvelopeOf(work, asked, agent));
        }
        catch (ArgumentException exception)
        {
            var verdict = new Verdict(FailureClass.Permanent, ReasonCode.ContractInvalid, "The step's answer does not fit into a message.");
            answer = StepExecutor.Fail(logger, agent, work, verdict, exception);
            return ContractOutgoing.To(Wire.RunsEndpoint, answer.Message, EnvelopeOf(work, asked, agent));
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

    private Envelope EnvelopeOf(StepWork work, Envelope asked, AgentRegistration agent) =>
        envelopes.CausedBy(asked) with
        {
            RunId = work.RunId,
            StepId = work.StepId,
            Attempt = work.Attempt,
            Sender = identity.As(agent.Type),
        };
}
