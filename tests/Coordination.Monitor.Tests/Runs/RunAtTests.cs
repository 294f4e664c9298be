using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Sagas.Runs;
using CsCheck;

namespace Coordination.Monitor.Tests.Runs;

/// <summary>The run folded from its history is the run as its row says it, after every message, whatever happens.</summary>
public sealed class RunAtTests
{
    private static readonly JsonElement One = JsonSerializer.SerializeToElement(1);

    private static readonly Gen<RunPlan> AnyPlan = Gen.Select(Gen.Int[0, 4095].Array[1, 7], Gen.Int[0, 127].Array[7], Gen.Int[-4, 6])
        .Select(
            (flags, masks, pivot) =>
                new RunPlan
                {
                    Name = "any",
                    DeadlineMs = 600_000,
                    Steps = [.. flags.Select((flag, i) => Step(flag, i, masks[i], pivot))],
                }
        );

    [Fact, Trait("req", "TRC-03")]
    public void Folding_the_history_gives_what_the_run_s_row_says_after_every_message() =>
        Gen.Select(AnyPlan, Gen.Int[0, int.MaxValue].Array[0, 50])
            .Sample(
                (plan, choices) =>
                {
                    var world = new World(plan);
                    foreach (var choice in choices)
                        world.Happen(choice);
                    world.LetTimersFire();
                },
                iter: 1_500,
                print: t => JsonSerializer.Serialize(t.Item1) + " " + string.Join(',', t.Item2)
            );

    private static PlanStep Step(int flag, int index, int mask, int pivot) =>
        new()
        {
            Id = $"s{index}",
            AgentType = "any",
            DependsOn = [.. Enumerable.Range(0, index).Where(d => (mask >> d & 1) != 0).Select(d => $"s{d}")],
            Retry = new RetryPolicy { MaxAttempts = 1 + flag % 3 },
            Optional = flag / 4 % 4 == 0 && index != pivot ? true : null,
            Pivot = index == pivot ? true : null,
            Compensation =
                flag / 16 % 2 == 0 && index != pivot
                    ? new CompensationPlan
                    {
                        AgentType = "undo",
                        Retry = new RetryPolicy { MaxAttempts = 1 + flag % 2 },
                    }
                    : null,
            Decision =
                flag / 64 % 5 == 0
                    ? new DecisionPlan
                    {
                        Policy = "p",
                        Question = "?",
                        Allow = "yes",
                        Others = ["no"],
                    }
                    : null,
            Agents = flag / 512 % 6 == 0 ? 3 : null,
            Agreement = flag / 512 % 6 == 0 ? new AgreementPlan { Policy = "p" } : null,
        };

    /// <summary>Workers, people, voters and the clock around one run, driven by numbers.</summary>
    private sealed class World
    {
        private readonly List<RunEvent> history = [];
        private readonly IReadOnlyList<PlanStepRow> plan;
        private RunState state;
        private DateTimeOffset now = DateTimeOffset.UnixEpoch;

        public World(RunPlan submitted)
        {
            var decision = RunRules.Start(
                new SubmitRun
                {
                    RunId = Guid.NewGuid(),
                    Plan = submitted,
                    Requester = "me",
                },
                Context
            );
            state = decision.Next;
            plan =
            [
                .. state.Plan.Steps.Select(
                    (step, i) =>
                        new PlanStepRow(
                            i,
                            step.Id,
                            step.AgentType,
                            step.DependsOn ?? [],
                            step.Pivot is true,
                            step.Optional is true,
                            step.Compensation?.AgentType,
                            step.Electorate,
                            step.Decision?.Policy,
                            SeveralAgents.AreAsked(step)
                        )
                ),
            ];
            Take(decision);
        }

        private RunContext Context => new(now, 0.5, new RunLimits { MaxQuestions = 2 });

        public void Happen(int choice)
        {
            now += TimeSpan.FromMilliseconds(choice % 11);
            var (kind, pick) = (choice % 12, choice / 12);
            var waiting = state.Steps.Where(step => StepWords.IsUnderWay(RunJson.NameOf(step.Status))).ToList();
            if (kind == 11 && pick % 5 == 0)
                Deliver(
                    new CancelRun
                    {
                        RunId = state.RunId,
                        RequestedBy = $"person {pick}",
                        Note = pick % 3 == 0 ? null : $"because {pick}",
                        Force = pick % 2 == 0,
                    }
                );
            else if (kind == 10)
                Deliver(
                    new StepCompleted
                    {
                        RunId = state.RunId,
                        StepId = $"s{pick % 7}",
                        Attempt = pick % 3,
                        Output = One,
                    }
                );
            else if (kind == 9)
                FireNext();
            else if (waiting.Count > 0)
                Answer(waiting[pick % waiting.Count], kind, pick);
        }

        public void LetTimersFire()
        {
            for (var i = 0; i < 2_000 && !state.IsTerminal; i++)
                FireNext();
            state.IsTerminal.ShouldBeTrue();
        }

        private void FireNext()
        {
            if (RunTimers.Of(state).OrderBy(timer => timer.Value).ThenBy(timer => timer.Key.Kind).ToList() is not [var (timer, due), ..])
                return;
            now = due > now ? due : now;
            Deliver(
                new RunTimerDue
                {
                    RunId = state.RunId,
                    Kind = timer.KindName,
                    StepId = timer.StepId,
                    Attempt = timer.Attempt,
                }
            );
        }

        private void Answer(StepState step, int kind, int pick)
        {
            var (run, id, attempt) = (state.RunId, step.Id, step.Attempt);
            switch (step.Status)
            {
                case StepStatus.Dispatched when kind < 5:
                    Deliver(
                        new StepCompleted
                        {
                            RunId = run,
                            StepId = id,
                            Attempt = attempt,
                            Output = JsonSerializer.SerializeToElement(pick % 2),
                            Missing = pick % 9 == 0 ? ["x"] : null,
                        }
                    );
                    break;
                case StepStatus.Dispatched when kind == 5:
                    Deliver(
                        new InputRequired
                        {
                            RunId = run,
                            StepId = id,
                            Attempt = attempt,
                            QuestionId = pick % 3 == 0 ? "effect:x" : "q",
                            Question = "?",
                        }
                    );
                    break;
                case StepStatus.Dispatched or StepStatus.Compensating when kind > 5:
                    Deliver(
                        new StepFailed
                        {
                            RunId = run,
                            StepId = id,
                            Attempt = attempt,
                            Class = pick % 3 == 0 ? FailureClass.Permanent : FailureClass.Transient,
                            Reason = pick % 4 == 0 ? ReasonCode.InDoubt : ReasonCode.NonRetryable,
                            IncidentId = "i",
                            Detail = "d",
                        }
                    );
                    break;
                case StepStatus.Compensating:
                    Deliver(
                        new StepCompensated
                        {
                            RunId = run,
                            StepId = id,
                            Attempt = attempt,
                        }
                    );
                    break;
                case StepStatus.InputWait:
                    Deliver(
                        new InputAnswered
                        {
                            RunId = run,
                            StepId = id,
                            QuestionId = step.QuestionId!,
                            Answer = One,
                            AnsweredBy = "me",
                        }
                    );
                    break;
                case StepStatus.BallotWait:
                    var option = kind switch
                    {
                        < 3 => "yes",
                        < 5 => "answer-1",
                        < 7 => "no",
                        _ => null,
                    };
                    Deliver(
                        new RunBallotDecided
                        {
                            RunId = run,
                            StepId = id,
                            BallotId = step.BallotId!.Value,
                            Option = option,
                            Outcome = option is null ? "NO_QUORUM" : "DECIDED",
                            OpeningHash = step.BallotHash!,
                        }
                    );
                    break;
            }
        }

        private void Deliver(IRunMessage message) => Take(RunRules.Decide(state, message, Context));

        private void Take(Decision decision)
        {
            state = decision.Next;
            foreach (var entry in decision.Actions.OfType<RunAction.Record>().Select(record => record.Entry))
            {
                history.Add(new RunEvent(entry.Sequence, now, entry.Type, entry.StepId, entry.Attempt, entry.Data, Guid.Empty, null));
            }
            var run = RunAt.Of(plan, history);
            (run.Status, run.Reason, run.FailedStep, run.EndedAt).ShouldBe(
                (RunJson.NameOf(state.Status), state.Reason, state.FailedStep, state.EndedAt)
            );
            run.Cancel?.By.ShouldBe(state.Ending?.RequestedBy);
            (run.Cancel is null).ShouldBe(state.Ending?.RequestedBy is null);
            foreach (var step in state.Steps)
            {
                var folded = run[step.Id];
                (
                    folded.Status,
                    folded.Attempt,
                    folded.Reason,
                    folded.CompletedAs,
                    folded.StartedAt,
                    folded.EndedAt,
                    folded.QuestionId
                ).ShouldBe(
                    (
                        RunJson.NameOf(step.Status),
                        step.Attempt,
                        step.Reason,
                        step.CompletedAs,
                        step.StartedAt,
                        step.EndedAt,
                        step.QuestionId
                    ),
                    step.Id
                );
                // Why a step was stopped, or not undone in time, is not told by the history.
                if (step.Status is StepStatus.Failed or StepStatus.RetryWait or StepStatus.CompensationWait)
                    (folded.Detail, folded.IncidentId).ShouldBe((step.Detail, step.IncidentId), step.Id);
            }
        }
    }
}
