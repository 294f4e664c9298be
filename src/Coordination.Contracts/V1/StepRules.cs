namespace Coordination.Contracts.V1;

/// <summary>Rules of the messages about single steps and about agents.</summary>
internal static class StepRules
{
    public static void Check(ExecuteStep message, Findings findings)
    {
        Step(message, findings);
        findings.Name("agentType", message.AgentType);
        if (message.Contract is { } contract)
        {
            findings.ContractId("contract", contract);
        }

        findings.Object("input", message.Input);
        findings.Range("timeoutMs", message.TimeoutMs, 1, Bounds.TimeoutMs);
        if (message.Answers is { } answers)
        {
            findings.Count("answers", answers.Count, 0, Bounds.Members);
            foreach (var answer in answers)
            {
                findings.QuestionId($"answers.{answer.Key}", answer.Key);
                findings.AnyJson($"answers.{answer.Key}", answer.Value);
            }
        }

        if (message.Decision is { } decision)
        {
            findings.Id("decision.ballotId", decision.BallotId);
            findings.Text("decision.option", decision.Option, Bounds.OptionLength);
        }
    }

    public static void Check(StepProgress message, Findings findings)
    {
        Step(message, findings);
        if (message.Percent is { } percent)
        {
            findings.Range("percent", percent, 0, 100);
        }

        if (message.Note is { } note)
        {
            findings.Text("note", note, Bounds.NoteLength);
        }
    }

    public static void Check(StepCompleted message, Findings findings)
    {
        Step(message, findings);
        findings.AnyJson("output", message.Output);
        findings.Missing("missing", message.Missing, Bounds.MissingOfStep);
    }

    public static void Check(StepFailed message, Findings findings)
    {
        Step(message, findings);
        findings.Class("class", message.Class);
        findings.Reason("reason", message.Reason);
        findings.VisibleText("incidentId", message.IncidentId, Bounds.IncidentLength);
        if (message.Detail is { } detail)
        {
            findings.Text("detail", detail, Bounds.NoteLength);
        }

        if (message.RetryAfterMs is { } after)
        {
            findings.Range("retryAfterMs", after, 1, Bounds.TimeoutMs);
        }
    }

    public static void Check(InputRequired message, Findings findings)
    {
        Step(message, findings);
        findings.QuestionId("questionId", message.QuestionId);
        findings.Text("question", message.Question, Bounds.QuestionLength);
        if (message.AnswerSchema is { } schema)
        {
            findings.Object("answerSchema", schema);
        }

        if (message.DeadlineMs is { } deadline)
        {
            findings.Range("deadlineMs", deadline, 1, Bounds.DeadlineMs);
        }
    }

    public static void Check(InputAnswered message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.StepId("stepId", message.StepId);
        findings.QuestionId("questionId", message.QuestionId);
        findings.AnyJson("answer", message.Answer);
        findings.Text("answeredBy", message.AnsweredBy, Bounds.PartyLength);
    }

    public static void Check(CompensateStep message, Findings findings)
    {
        Step(message, findings);
        findings.Name("agentType", message.AgentType);
        findings.Object("input", message.Input);
        findings.AnyJson("output", message.Output);
        findings.Range("timeoutMs", message.TimeoutMs, 1, Bounds.TimeoutMs);
    }

    public static void Check(AgentAnnounced message, Findings findings)
    {
        findings.Name("agentType", message.AgentType);
        findings.VisibleText("instance", message.Instance, Bounds.InstanceLength);
        findings.VisibleText("build", message.Build, Bounds.BuildLength);
        findings.Count("contracts", message.Contracts.Count, 0, Bounds.Contracts);
        for (var i = 0; i < message.Contracts.Count; i++)
        {
            findings.ContractId($"contracts[{i}]", message.Contracts[i]);
        }
    }

    public static void Step(IStepMessage message, Findings findings)
    {
        findings.Id("runId", message.RunId);
        findings.StepId("stepId", message.StepId);
        findings.Range("attempt", message.Attempt, 1, int.MaxValue);
    }
}
