using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Runs;

// Where voters decide: between different answers to one step, and whether a step may be done at all.
internal sealed partial class RunTurn
{
    public bool IsVotedOn(RunBallotDecided decided) =>
        !run.IsTerminal
        && run.Find(decided.StepId) is { Status: StepStatus.BallotWait } step
        && step.BallotId == decided.BallotId
        // Somebody else may have opened a ballot under this id; without an option there is nothing to gain by it.
        && (decided.Option is null || decided.OpeningHash == step.BallotHash);

    /// <summary>All whom a step was asked of have answered or given up: the same answer passes, different ones are voted on.</summary>
    private void Compare(string id)
    {
        var step = plan[id];
        var answers = DependenciesOf(At(id)).Where(s => s.Status == StepStatus.Done).Select(s => s.Output!.Value).ToArray();
        if (answers.Length < SeveralAgents.Needed(step))
        {
            var asked = SeveralAgents.AgentTypes(step).Count;
            Fail(id, ReasonCode.NoQuorum, $"{answers.Length} of {asked} agents answered; {SeveralAgents.Needed(step)} are needed", null);
            return;
        }
        var kinds = AnswerComparison.Distinct(answers, step.Agreement!);
        if (kinds.Count == 1)
        {
            Record("agents-agree", id, data: [("agents", $"{answers.Length}")]);
            Settle(id, kinds[0], decision: null);
            return;
        }
        var names = kinds.Select((_, i) => $"answer-{i + 1}").ToArray();
        Record("agents-differ", id, data: [("agents", $"{answers.Length}"), ("answers", $"{kinds.Count}")]);
        OpenBallot(
            id,
            new OpenBallot
            {
                BallotId = Guid.Empty,
                Policy = step.Agreement!.Policy,
                Question = $"{answers.Length} agents answered step '{id}' of {run.Plan.Name} in {kinds.Count} ways. Which answer is right?",
                Subject = JsonSerializer.SerializeToElement(
                    names.Zip(kinds).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal),
                    RunJson.Default.DictionaryStringJsonElement
                ),
                Options = [.. names.Select(name => new BallotOption { Name = name })],
                Requester = run.Requester,
            }
        );
    }

    /// <summary>Asks the voters whether a step may be done with exactly this input.</summary>
    private void AskForDecision(string id, DecisionPlan decision, JsonElement input) =>
        OpenBallot(
            id,
            new OpenBallot
            {
                BallotId = Guid.Empty,
                Policy = decision.Policy,
                Tier = decision.Tier,
                Question = decision.Question,
                Subject = input,
                Options =
                [
                    new BallotOption { Name = decision.Allow, Arguments = input },
                    .. decision.Others.Select(name => new BallotOption { Name = name }),
                ],
                SafeOption = decision.SafeOption,
                Flags = decision.Flags,
                Evidence = decision.Evidence,
                Requester = run.Requester,
            }
        );

    public void BallotDecided(RunBallotDecided decided)
    {
        var step = plan[decided.StepId];
        Record(
            "ballot-decided",
            decided.StepId,
            data: [("ballot", $"{decided.BallotId}"), ("outcome", decided.Outcome), ("option", decided.Option)]
        );
        if (step.Decision is { } decision)
        {
            if (decided.Option == decision.Allow)
            {
                Update(
                    step.Id,
                    s =>
                        s with
                        {
                            Decision = new StepDecision { BallotId = decided.BallotId, Option = decision.Allow },
                            WaitEndsAt = null,
                        }
                );
                Dispatch(step.Id);
            }
            else
            {
                Fail(
                    step.Id,
                    ReasonOf(decided),
                    decided.Option is { } other ? $"it was decided: {other}" : decided.Detail,
                    incidentId: null
                );
            }
        }
        else
        {
            var kinds = AnswerComparison.Distinct(
                DependenciesOf(At(step.Id)).Where(s => s.Status == StepStatus.Done).Select(s => s.Output!.Value),
                step.Agreement!
            );
            var chosen = decided.Option is null
                ? -1
                : Enumerable.Range(0, kinds.Count).FirstOrDefault(i => $"answer-{i + 1}" == decided.Option, -1);
            if (chosen >= 0)
                Settle(step.Id, kinds[chosen], new StepDecision { BallotId = decided.BallotId, Option = decided.Option! });
            else
                Fail(step.Id, ReasonOf(decided), decided.Detail ?? "the voters did not decide between the answers", incidentId: null);
        }
        Advance();
    }

    // A message takes 256 KB; the ballot asks its voters with a little more than it was asked with.
    private const int MostBallotBytes = 220 * 1024;

    private void OpenBallot(string id, OpenBallot ballot)
    {
        // Derived, so that a decision made twice from the same state opens the same ballot.
        var ballots = At(id).Ballots + 1;
        var ballotId = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{run.RunId:N}/{id}/ballot/{ballots}")).AsSpan(0, 16));
        var message = ballot with { BallotId = ballotId, RunId = run.RunId, StepId = id };
        if (ContractJson.Serialize(message).Length > MostBallotBytes)
        {
            Fail(
                id,
                ReasonCode.ContractInvalid,
                "what is to be voted on is too large for a message: pass references instead",
                incidentId: null
            );
            return;
        }
        Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.BallotWait,
                    BallotId = ballotId,
                    Ballots = ballots,
                    BallotHash = OpeningCheck.HashOf(message),
                    StartedAt = s.StartedAt ?? context.Now,
                    WaitEndsAt = run.DeadlineAt,
                }
        );
        actions.Add(new RunAction.OpenBallot(message));
        Record("ballot-opened", id, data: [("ballot", $"{ballotId}"), ("policy", ballot.Policy)]);
    }

    /// <summary>A step has its output without an agent of its own.</summary>
    private void Settle(string id, JsonElement output, StepDecision? decision)
    {
        var position = 1 + run.Steps.Max(s => s.CompletedAs ?? 0);
        Update(
            id,
            s =>
                s with
                {
                    Status = StepStatus.Done,
                    Output = output,
                    StoredBytes = JsonSize.Of(output),
                    CompletedAs = position,
                    Decision = decision,
                    StartedAt = s.StartedAt ?? context.Now,
                    WaitEndsAt = null,
                    EndedAt = context.Now,
                }
        );
        Record("step-completed", id);
    }

    private static string ReasonOf(RunBallotDecided decided) =>
        decided.Outcome == BallotOutcomes.Decided ? ReasonCode.AdmissionDenied : decided.Outcome;

    private bool IsAskedOfSeveral(string id) => plan[id] is var step && SeveralAgents.AreAsked(step);

    /// <summary>Whether a step is one of the several ways one step was asked in; its failure alone is nothing missing.</summary>
    private bool IsOneOfSeveral(StepState step) =>
        plan.Values.Any(p => SeveralAgents.AreAsked(p) && (p.DependsOn?.Contains(step.Id, StringComparer.Ordinal) ?? false));
}
