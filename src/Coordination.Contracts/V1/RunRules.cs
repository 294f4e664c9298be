namespace Coordination.Contracts.V1;

/// <summary>Rules of the messages about whole runs.</summary>
internal static class RunRules
{
    public static void Check(SubmitRun message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Text("requester", message.Requester, Bounds.PartyLength);
        if (message.BusinessScope is { } scope)
        {
            findings.Text("businessScope", scope, Bounds.ScopeLength);
        }

        PlanRules.Check("plan", message.Plan, findings);
    }

    public static void Check(RunAccepted message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        if (message.JoinedRunId is { } joined)
        {
            findings.Id("joinedRunId", joined);
        }
    }

    public static void Check(RunRejected message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Refusal(message.Reason, message.Problems);
    }

    public static void Check(CancelRun message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Text("requestedBy", message.RequestedBy, Bounds.PartyLength);
        if (message.Note is { } note)
        {
            findings.Text("note", note, Bounds.NoteLength);
        }
    }

    public static void Check(RunCompleted message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Outputs("outputs", message.Outputs);
        findings.Missing("missing", message.Missing, Bounds.MissingOfRun);
    }

    public static void Check(RunPartial message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Reason("reason", message.Reason);
        findings.StepIds("done", message.Done);
        findings.StepIds("missing", message.Missing);
        findings.Apart("missing", message.Missing, "done", message.Done);
        findings.Outputs("outputs", message.Outputs);
    }

    public static void Check(RunFailed message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Reason("reason", message.Reason);
        if (message.FailedStep is { } failed)
        {
            findings.StepId("failedStep", failed);
        }

        Undone(message.Compensated, message.NotCompensated, findings);
    }

    public static void Check(RunCancelled message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.Text("requestedBy", message.RequestedBy, Bounds.PartyLength);
        Undone(message.Compensated, message.NotCompensated, findings);
    }

    public static void Check(RunExpired message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.StepIds("done", message.Done);
        findings.StepIds("missing", message.Missing);
        findings.Apart("missing", message.Missing, "done", message.Done);
        Undone(message.Compensated, message.NotCompensated, findings);
    }

    public static void Check(RunBallotDecided message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.StepId("stepId", message.StepId);
        findings.Id("ballotId", message.BallotId);
        findings.Outcome("outcome", message.Outcome);
        if (message.Option is { } option)
        {
            findings.Text("option", option, Bounds.OptionLength);
        }

        if (message.OpeningHash is { } hash)
        {
            findings.VisibleText("openingHash", hash, Bounds.WordLength);
        }

        if (message.Detail is { } detail)
        {
            findings.Text("detail", detail, Bounds.NoteLength);
        }
    }

    public static void Check(RunTimerDue message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.VisibleText("kind", message.Kind, Bounds.KindLength);
        findings.Range("attempt", message.Attempt, 0, int.MaxValue);
        if (message.StepId is { } stepId)
        {
            findings.StepId("stepId", stepId);
        }
    }

    private static void Undone(IReadOnlyList<string> compensated, IReadOnlyList<string> notCompensated, Findings findings)
    {
        findings.StepIds("compensated", compensated);
        findings.StepIds("notCompensated", notCompensated);
        findings.Apart("notCompensated", notCompensated, "compensated", compensated);
    }
}
