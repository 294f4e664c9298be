using Coordination.Contracts;
using Microsoft.Extensions.AI;

namespace Coordination.Workers;

// Model calls: what they cost, and what was spent on answers that were refused.
internal sealed partial class EffectSession
{
    /// <summary>Share of the run's tokens that may be spent on refused answers.</summary>
    private const double MostWaste = 0.2;

    private const string QualityJudged = "quality";

    private static readonly TimeSpan ModelTimeout = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, int> prompts = new(StringComparer.Ordinal);
    private long wasted;

    /// <summary>The call of a model with this prompt, at its place among equal ones.</summary>
    public EffectIntent ModelIntent(string promptHash, string backend)
    {
        int place;
        lock (gate)
        {
            place = prompts[promptHash] = prompts.GetValueOrDefault(promptHash) + 1;
        }

        // A model call may be repeated without harm, but not without cost; so it has an intent, and no row that keeps others away.
        var tool = new EffectTool("model", EffectClass.Pure) { Backend = backend, Timeout = ModelTimeout };
        return new EffectIntent
        {
            Tool = tool,
            Args = [],
            ArgsHash = promptHash,
            Key = EffectKey.Of(settings.Tenant, settings.Work.RunId, StepOfKeys, tool.Id, [promptHash, $"{place}"]),
            IsKept = false,
        };
    }

    /// <summary>A prompt that got no answer keeps its place: whoever asks again asks the same, and is told the same.</summary>
    public void Unanswered(string promptHash)
    {
        lock (gate)
        {
            prompts[promptHash]--;
        }
    }

    /// <summary>The second verdict on a model's call: not whether it came back, but whether it is any good.</summary>
    public void Judged(UsageDetails? usage, string? problem)
    {
        lock (gate)
        {
            if (problem is not null)
            {
                wasted += (usage?.InputTokenCount ?? 0) + (usage?.OutputTokenCount ?? 0);
            }

            pending.Add(
                Decision(QualityJudged, problem is null ? "accepted" : Sealed(problem)) with
                {
                    Status = problem is null ? "accepted" : "rejected",
                    Code = problem is null ? null : ReasonCode.QualityRejected,
                }
            );
        }
    }

    public EffectFailure QualityRejected(string problem)
    {
        var failure = new EffectFailure("model@1", ReasonCode.QualityRejected, retryable: false, detail: problem);
        lock (gate)
        {
            failures["model:quality"] = failure;
        }

        return failure;
    }

    /// <summary>Ends the spending of a run that pays for refused answers.</summary>
    /// <exception cref="EffectFailure">BUDGET_EXCEEDED.</exception>
    public void ThrowIfWasteful()
    {
        lock (gate)
        {
            if (settings.TokenBudget is { } budget && wasted > budget * MostWaste)
            {
                var failure = new EffectFailure(
                    "model@1",
                    ReasonCode.BudgetExceeded,
                    retryable: false,
                    detail: $"{wasted:N0} tokens went into answers that were refused; at most a fifth of the run's {budget:N0} may."
                );
                failures["model:budget"] = failure;
                throw failure;
            }
        }
    }
}
