using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>How an attempt ended: the message that says so, and a word for metrics and logs.</summary>
internal sealed record StepAnswer(object Message, string Outcome)
{
    public static StepAnswer Completed(StepWork work, JsonElement output, IReadOnlyList<string>? missing = null) =>
        new(
            new StepCompleted
            {
                RunId = work.RunId,
                StepId = work.StepId,
                Attempt = work.Attempt,
                Output = output,
                Missing = missing is { Count: > 0 } ? missing : null,
            },
            missing is { Count: > 0 } ? "degraded" : "completed"
        );

    public static StepAnswer Compensated(StepWork work) =>
        new(
            new StepCompensated
            {
                RunId = work.RunId,
                StepId = work.StepId,
                Attempt = work.Attempt,
            },
            "compensated"
        );

    public static StepAnswer Voted(AgentRegistration agent, StepWork work, VoteAnswer answer) =>
        new(Votes.Signed(agent, Votes.Of(agent, work, answer)), "completed");

    /// <summary>A voter that fails abstains and says so; what went wrong stays here.</summary>
    public static StepAnswer Abstained(AgentRegistration agent, StepWork work, Verdict verdict, string incidentId) =>
        new(
            Votes.SignedIfPossible(
                agent,
                Votes.Of(
                    agent,
                    work,
                    VoteAnswer.Abstain(
                        agent.Votes
                            ? $"could not vote: {verdict.Reason} (incident {incidentId})"
                            : $"does not vote: its class is no IVoter (incident {incidentId})"
                    )
                )
            ),
            verdict.Class
        );

    public static StepAnswer Failed(StepWork work, Verdict verdict, string incidentId) =>
        new(
            new StepFailed
            {
                RunId = work.RunId,
                StepId = work.StepId,
                Attempt = work.Attempt,
                Class = verdict.Class,
                Reason = verdict.Reason,
                IncidentId = incidentId,
                Detail = verdict.Detail,
                Compensating = work.Compensating ? true : null,
                RetryAfterMs = verdict.RetryAfter is { } after
                    ? Math.Clamp((long)after.TotalMilliseconds, 1, (long)TimeSpan.FromDays(7).TotalMilliseconds)
                    : null,
            },
            verdict.Class
        );

    public static StepAnswer Asks(StepWork work, InputRequiredException question) =>
        new(
            new InputRequired
            {
                RunId = work.RunId,
                StepId = work.StepId,
                Attempt = work.Attempt,
                QuestionId = Text.Bounded(question.QuestionId, 100),
                Question = Text.Bounded(question.Question, 2_000),
                AnswerSchema = question.AnswerSchema is { } schema ? JsonSerializer.SerializeToElement(schema) : null,
                DeadlineMs = question.OpenFor is { } time ? Math.Max(1, (long)time.TotalMilliseconds) : null,
            },
            "input-required"
        );
}
