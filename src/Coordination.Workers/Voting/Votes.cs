using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers;

/// <summary>Between the messages of a ballot and a voter: the question it is asked and the one vote that answers it.</summary>
internal static class Votes
{
    private const int MostText = 2_000;
    private const int MostEvidence = 50;
    private const int MostReference = 500;

    /// <summary>Asks the voter.</summary>
    /// <exception cref="PermanentFailure">It does not vote, gave no answer, or one that is none.</exception>
    public static async Task<VoteAnswer> AskAsync(
        AgentRegistration agent,
        StepWork work,
        IServiceProvider services,
        AgentContext context,
        CancellationToken cancellationToken
    )
    {
        var request = work.Input.Deserialize<RequestVote>(StepWork.Stored)!;
        if (!string.Equals(request.Voter, agent.Type, StringComparison.Ordinal))
        {
            throw new PermanentFailure($"This is voter '{agent.Type}'.", ReasonCode.ContractInvalid);
        }

        var answer = await ((IVoter)services.GetRequiredService(agent.Class)).VoteAsync(
            VoteQuestion.Of(request),
            context,
            cancellationToken
        );
        return answer is null ? throw new PermanentFailure("The voter returned null.", ReasonCode.ContractInvalid)
            // A vote that breaks the contract would not arrive. Looked at here, where it can still be answered for.
            : ContractRules.Check(Of(agent, work, answer)) is [var problem, ..]
                ? throw new PermanentFailure($"The voter's answer is no vote: {problem.Message}", ReasonCode.ContractInvalid)
            : answer;
    }

    /// <summary>The vote as it travels, not signed yet.</summary>
    public static CastVote Of(AgentRegistration agent, StepWork work, VoteAnswer answer)
    {
        return new CastVote
        {
            BallotId = work.RunId,
            VoteId = Guid.CreateVersion7(),
            Round = work.Round!.Value,
            Voter = agent.Type,
            Choice = answer.Choice,
            Confidence = answer.Confidence,
            Rationale = Words(answer.Rationale, MostText),
            Evidence =
                answer.Evidence.Count == 0
                    ? null
                    :
                    [
                        .. answer
                            .Evidence.Where(reference => !string.IsNullOrWhiteSpace(reference))
                            .Take(MostEvidence)
                            .Select(reference => Text.Bounded(reference, MostReference)),
                    ],
            Veto = answer.Veto is { } veto
                ? new VoteVeto { Reason = Words(veto.Reason, MostText), Evidence = Words(veto.Evidence, MostText) }
                : null,
            QuestionHash = QuestionHash.Of(work.Input.Deserialize<RequestVote>(StepWork.Stored)!),
            Model = answer.Model,
            PromptHash = answer.PromptHash,
        };
    }

    public static CastVote Signed(AgentRegistration agent, CastVote vote) => agent.Options.VotingKey?.Sign(vote) ?? vote;

    /// <summary>Without a signature where there is none to be had: whether such an abstention counts is the ballot's business.</summary>
    public static CastVote SignedIfPossible(AgentRegistration agent, CastVote vote)
    {
        try
        {
            return Signed(agent, vote);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return vote;
        }
    }

    private static string? Words(string? text, int max) => string.IsNullOrWhiteSpace(text) ? null : Text.Bounded(text, max);
}

/// <summary>In place of an agent where a class only votes.</summary>
internal sealed class NoAgent : AgentAdapter
{
    public override bool Compensates => false;

    public override Task<JsonElement> ExecuteAsync(
        IServiceProvider services,
        JsonElement input,
        AgentContext context,
        CancellationToken cancellationToken
    ) => throw Refusal(context);

    public override Task CompensateAsync(
        IServiceProvider services,
        JsonElement input,
        JsonElement output,
        AgentContext context,
        CancellationToken cancellationToken
    ) => throw Refusal(context);

    private static PermanentFailure Refusal(AgentContext context) =>
        new($"'{context.AgentType}' votes in ballots and carries out no steps: it was added with AddVoter.", ReasonCode.NonRetryable);
}
