namespace Coordination.Contracts.V1;

/// <summary>Ranges and formats of a plan. How the steps hang together (cycles, unknown dependencies) is judged by the run, not here.</summary>
internal static class PlanRules
{
    public static void Check(string path, RunPlan plan, Findings findings)
    {
        findings.Text(path + ".name", plan.Name, Bounds.PlanNameLength);
        findings.Count(path + ".steps", plan.Steps.Count, 1, Bounds.Steps);
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            Step($"{path}.steps[{i}]", plan.Steps[i], findings);
        }

        if (plan.DeadlineMs is { } deadline)
        {
            findings.Range(path + ".deadlineMs", deadline, 1, Bounds.DeadlineMs);
        }
    }

    private static void Step(string path, PlanStep step, Findings findings)
    {
        findings.StepId(path + ".id", step.Id);
        findings.Name(path + ".agentType", step.AgentType);
        if (step.Contract is { } contract)
        {
            findings.ContractId(path + ".contract", contract);
        }

        if (step.Input is { } input)
        {
            findings.Object(path + ".input", input);
        }

        if (step.InputFrom is { } inputFrom)
        {
            InputFrom(path + ".inputFrom", inputFrom, findings);
        }

        if (step.DependsOn is { } dependsOn)
        {
            findings.StepIds(path + ".dependsOn", dependsOn);
        }

        TimeoutAndRetry(path, step.TimeoutMs, step.Retry, findings);
        if (step.Compensation is { } compensation)
        {
            findings.Name(path + ".compensation.agentType", compensation.AgentType);
            if (compensation.Input is { } undoInput)
            {
                findings.Object(path + ".compensation.input", undoInput);
            }

            TimeoutAndRetry(path + ".compensation", compensation.TimeoutMs, compensation.Retry, findings);
        }

        Several(path, step, findings);
        if (step.Decision is { } decision)
        {
            Decision(path + ".decision", decision, findings);
        }
    }

    private static void Several(string path, PlanStep step, Findings findings)
    {
        if (step.Agents is { } agents)
        {
            findings.Range(path + ".agents", agents, 2, Bounds.AgentsOfStep);
        }

        if (step.Electorate is { } electorate)
        {
            findings.Count(path + ".electorate", electorate.Count, 2, Bounds.AgentsOfStep);
            for (var i = 0; i < electorate.Count && i < Bounds.AgentsOfStep; i++)
            {
                findings.Name($"{path}.electorate[{i}]", electorate[i]);
            }
        }

        if (step.Agreement is not { } agreement)
        {
            return;
        }

        findings.Name(path + ".agreement.policy", agreement.Policy);
        if (agreement.Compare is not (null or "exact" or "fields" or "numeric"))
        {
            findings.Fault(path + ".agreement.compare", "must be exact, fields or numeric");
        }

        if (agreement.Fields is { } fields)
        {
            findings.Count(path + ".agreement.fields", fields.Count, 1, Bounds.FieldsOfAgreement);
            for (var i = 0; i < fields.Count && i < Bounds.FieldsOfAgreement; i++)
            {
                if (!IsPointer(fields[i]))
                {
                    findings.Fault($"{path}.agreement.fields[{i}]", "must be a JSON pointer such as /amount/cents");
                }
            }
        }

        if (agreement.Tolerance is < 0)
        {
            findings.Fault(path + ".agreement.tolerance", "must be 0 or more");
        }
    }

    private static void Decision(string path, DecisionPlan decision, Findings findings)
    {
        findings.Name(path + ".policy", decision.Policy);
        findings.Text(path + ".question", decision.Question, Bounds.QuestionLength);
        findings.Text(path + ".allow", decision.Allow, Bounds.OptionLength);
        findings.Count(path + ".others", decision.Others.Count, 1, Bounds.Flags);
        var seen = new HashSet<string>(StringComparer.Ordinal) { decision.Allow };
        if (decision.Allow is "ABSTAIN" or "RECUSED")
        {
            findings.Fault(path + ".allow", "means no option at all");
        }

        for (var i = 0; i < decision.Others.Count && i < Bounds.Flags; i++)
        {
            findings.Text($"{path}.others[{i}]", decision.Others[i], Bounds.OptionLength);
            if (decision.Others[i] is "ABSTAIN" or "RECUSED")
            {
                findings.Fault($"{path}.others[{i}]", "means no option at all");
            }
            else if (!seen.Add(decision.Others[i]))
            {
                findings.Fault($"{path}.others[{i}]", "is an option already");
            }
        }

        if (decision.SafeOption is { } safe && (!seen.Contains(safe) || string.Equals(safe, decision.Allow, StringComparison.Ordinal)))
        {
            findings.Fault(path + ".safeOption", "must be one of others: what allows the step is never taken without a decision");
        }

        BallotRules.Particulars(path + ".", decision.Tier, null, decision.Flags, decision.Evidence, findings);
    }

    private static void InputFrom(string path, IReadOnlyDictionary<string, string> inputFrom, Findings findings)
    {
        findings.Count(path, inputFrom.Count, 0, Bounds.Members);
        foreach (var source in inputFrom)
        {
            var at = $"{path}.{source.Key}";
            if (source.Key.Length is 0 or > Bounds.MemberNameLength)
            {
                findings.Fault(at, $"must be the name of a member, 1 to {Bounds.MemberNameLength} characters");
            }

            var mark = source.Value.IndexOf('#');
            findings.StepId(at, mark < 0 ? source.Value : source.Value.Substring(0, mark));
            if (mark >= 0 && !IsPointer(source.Value.Substring(mark + 1)))
            {
                findings.Fault(at, $"must have a JSON pointer of at most {Bounds.PointerLength} characters after #, such as #/order/id");
            }
        }
    }

    private static bool IsPointer(string value)
    {
        if (value.Length is 0 or > Bounds.PointerLength || value[0] != '/')
        {
            return false;
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '~' && (i + 1 == value.Length || value[i + 1] is not ('0' or '1')))
            {
                return false;
            }
        }

        return true;
    }

    private static void TimeoutAndRetry(string path, long? timeoutMs, RetryPolicy? retry, Findings findings)
    {
        if (timeoutMs is { } timeout)
        {
            findings.Range(path + ".timeoutMs", timeout, 1, Bounds.TimeoutMs);
        }

        if (retry is null)
        {
            return;
        }

        findings.Range(path + ".retry.maxAttempts", retry.MaxAttempts, 1, Bounds.Attempts);
        if (retry.BaseDelayMs is { } baseDelay)
        {
            findings.Range(path + ".retry.baseDelayMs", baseDelay, 0, Bounds.BaseDelayMs);
        }

        if (retry.MaxDelayMs is { } maxDelay)
        {
            findings.Range(path + ".retry.maxDelayMs", maxDelay, 0, Bounds.MaxDelayMs);
            if (maxDelay < retry.BaseDelayMs)
            {
                findings.Fault(path + ".retry.maxDelayMs", "must not be less than baseDelayMs");
            }
        }
    }
}
