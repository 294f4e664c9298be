using Coordination.Persistence;
using Coordination.Workers;

namespace Coordination.Monitor;

/// <summary>What an act has to know of a run.</summary>
internal sealed record ActRun(Guid RunId, string Tenant, string Name, string Status, Guid? Joined)
{
    public bool IsOver => Status is "completed" or "partial" or "failed" or "cancelled" or "expired";

    public static async Task<ActRun?> FindAsync(Reads reads, Guid id, CancellationToken cancellationToken)
    {
        var sql = reads.Dialect;
        var found = await reads.QueryAsync(
            new Statement(
                $"SELECT run_id, tenant, name, status, joined_run_id FROM {sql.Table("coord_v1_runs")} WHERE run_id = @run",
                ("run", id, ColumnKind.Uuid)
            ),
            row => new ActRun(sql.ReadGuid(row, 0), row.GetString(1), row.GetString(2), row.GetString(3), sql.Id(row, 4)),
            cancellationToken
        );
        return found is [var run, ..] ? run : null;
    }

    public static ActLook None(Guid id) => new($"run {id}", null, "") { Refusal = $"There is no run {id}." };
}

/// <summary>Stops a run.</summary>
internal sealed class CancelRunAct(Reads reads, RunClient runs) : OperationAct
{
    public override string Kind => OperationKind.RunCancel;

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
        var force = request.Parameters.Force is true;
        return new ActLook(
            $"{run.Name} {id}",
            $"/runs/{id}",
            force ? "stop at once, then undo what is done" : "ask its agents to stop, then undo what is done"
        )
        {
            RunId = id,
            Known = run,
            Refusal =
                run.IsOver ? $"Run {id} is over: {run.Status}."
                : run.Joined is { } joined ? $"Run {id} is part of run {joined}: cancel that one."
                : null,
            Before = Json(new { status = run.Status }),
            After = Json(new { asked = "cancel", force }),
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
        var run = (ActRun)look.Known!;
        runs.Cancel(work, run.RunId, run.Tenant, viewer.Name, request.Reason, request.Parameters.Force is true);
        return ValueTask.FromResult("asked to stop");
    }
}

/// <summary>Answers a question an agent asked.</summary>
internal sealed class AnswerRunAct(Reads reads, RunClient runs, AnswerClaims claims) : OperationAct
{
    public override string Kind => OperationKind.RunAnswer;

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
        var asked = await StepQuestion.OfAsync(reads, id, target.Step!, cancellationToken);
        var open = asked?.QuestionId;
        return new ActLook($"question {target.Question} of step {target.Step}, run {id}", $"/runs/{id}", "give the answer to the agent")
        {
            RunId = id,
            Known = (run, asked),
            Problems = asked is null || open != target.Question ? [] : asked.ProblemsOf(request.Parameters.Answer),
            Refusal =
                // Its verdict takes another role and a reason, and says itself who gave it.
                Questions.EffectOf(target.Question!)
                    is { } effect
                    ? $"It is about an effect in doubt: say what became of it with effect.resolve (effect {effect})."
                : run.IsOver ? $"Run {id} is over: {run.Status}."
                : open is null ? $"Step {target.Step} of run {id} asks nothing."
                : open != target.Question ? $"Step {target.Step} asks '{open}' now, not '{target.Question}'."
                : null,
            Before = Json(new { question = target.Question }),
            After = Json(new { answered = true }),
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
        var (run, asked) = ((ActRun, StepQuestion?))look.Known!;
        var target = request.Targets![0];
        claims.Take(work, asked!.Subject, viewer);
        runs.Answer(work, run.RunId, run.Tenant, target.Step!, target.Question!, request.Parameters.Answer, viewer.Name);
        return ValueTask.FromResult("answered");
    }
}
