using System.Text.Json;
using Coordination.Persistence;
using Coordination.Workers;

namespace Coordination.Monitor;

/// <summary>Says what became of an effect in doubt.</summary>
internal sealed class ResolveEffectAct(Reads reads, RunClient runs, EffectClient effects, AnswerClaims claims) : OperationAct
{
    public override string Kind => OperationKind.EffectResolve;

    public override async Task<ActLook> LookAsync(
        OperationTarget target,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var id = target.Run!.Value;
        if (await ActRun.FindAsync(reads, id, cancellationToken) is not { } run)
            return ActRun.None(id);
        var meant = (await effects.ListAsync(id, status: null, 10_000, cancellationToken))
            .Where(effect => effect.Key.StartsWith(target.Effect!, StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (meant is not [var effect])
        {
            return new ActLook($"effect {target.Effect} of run {id}", $"/runs/{id}/effects", "")
            {
                RunId = id,
                Refusal =
                    meant.Count == 0
                        ? $"Run {id} has no effect {target.Effect}."
                        : $"{meant.Count} effects begin with {target.Effect}: give more of the key.",
            };
        }
        var asked = await StepQuestion.OfAsync(reads, id, effect.StepId, cancellationToken);
        return new ActLook(
            $"{effect.Tool} ({effect.Scope}), effect {effect.Key} of run {id}",
            $"/runs/{id}/effects",
            Will(request.Parameters.Verdict)
        )
        {
            RunId = id,
            Known = (run, effect, asked),
            Problems = Problems(request.Parameters, asked),
            Refusal =
                effect.Status != "indoubt" ? $"Effect {effect.Tool} ({effect.Key}) is {effect.Status}: nobody is asked about it."
                : asked?.QuestionId != effect.QuestionId
                    ? $"The run does not wait for this any more: it is {run.Status}. What the effect did stays as it is; correct it at its target."
                : null,
            Before = Json(new { status = effect.Status, calls = effect.Calls }),
            After =
                request.Parameters.Result.ValueKind == JsonValueKind.Undefined
                    ? Json(new { verdict = request.Parameters.Verdict })
                    : Json(new { verdict = request.Parameters.Verdict, result = "given" }),
        };
    }

    public override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var (run, effect, asked) = ((ActRun, EffectInfo, StepQuestion?))look.Known!;
        claims.Take(work, asked!.Subject, viewer);
        var given = request.Parameters;
        var result = given.Result.ValueKind == JsonValueKind.Undefined ? (JsonElement?)null : given.Result;
        var word = new EffectWord(given.Verdict!, result, viewer.Name, request.Reason);
        runs.Answer(work, run.RunId, run.Tenant, effect.StepId, effect.QuestionId, word, viewer.Name);
        return ValueTask.FromResult($"{given.Verdict}; step {effect.StepId} goes on");
    }

    /// <summary>What the step would say of the result. It would ask again: better to hear it now.</summary>
    private static IReadOnlyList<BodyProblem> Problems(OperationParameters given, StepQuestion? asked)
    {
        if (given.Verdict != "happened" || EffectResult.SchemaOf(asked?.Schema) is not { } schema)
            return [];
        if (given.Result.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            return [.. JsonShape.Problems(schema, given.Result, "parameters.result")];
        return EffectResult.IsNeeded(schema)
            ?
            [
                new BodyProblem(
                    "RESULT_MISSING",
                    "parameters.result",
                    $"The call returns something, and the step goes on with it: give it as result, for example {JsonShape.Example(schema)}."
                ),
            ]
            : [];
    }

    private static string Will(string? verdict) =>
        verdict switch
        {
            "happened" => "take it as done, and go on with the step",
            "did-not-happen" => "take it as not done; the step may do it again",
            "compensate" => "give the step up and undo the run",
            _ => "",
        };

    /// <summary>The answer to the question of an effect in doubt.</summary>
    private sealed record EffectWord(string Verdict, JsonElement? Result, string By, string? Note);
}
