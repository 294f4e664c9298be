namespace Coordination.Contracts.V1;

/// <summary>Rules of the messages about ballots. Whether a choice is an option is the ballot's business: such a vote is recorded, not lost.</summary>
internal static class BallotRules
{
    public static void Check(OpenBallot message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Name("policy", message.Policy);
        findings.Text("question", message.Question, Bounds.QuestionLength);
        Options(message.Options, findings);
        if (message.SafeOption is { } safe)
        {
            var meant = message.Options.FirstOrDefault(option => string.Equals(option.Name, safe, StringComparison.Ordinal));
            if (meant is null || meant.Arguments is not null)
            {
                findings.Fault(
                    "safeOption",
                    meant is null
                        ? "must be one of the options"
                        : "must be an option without arguments: it is taken without a decision, so it may do nothing"
                );
            }
        }

        Particulars("", message.Tier, message.Domain, message.Flags, message.Evidence, findings);
        if (message.Voters is { } voters)
        {
            findings.Count("voters", voters.Count, 1, Bounds.Electors);
            for (var i = 0; i < voters.Count && i < Bounds.Electors; i++)
            {
                findings.Name($"voters[{i}]", voters[i]);
            }
        }

        if (message.DeadlineMs is { } deadline)
        {
            findings.Range("deadlineMs", deadline, Bounds.VotingMs, Bounds.DeadlineMs);
        }

        findings.Text("requester", message.Requester, Bounds.PartyLength);
        if (message.RunId is { } run)
        {
            findings.Id("runId", run);
        }

        if (message.StepId is { } step)
        {
            findings.StepId("stepId", step);
        }

        if (message.RunId is null != message.StepId is null)
        {
            findings.Fault(message.RunId is null ? "runId" : "stepId", "is missing: run and step belong together");
        }
    }

    public static void Check(BallotOpened message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Text("policy", message.Policy, Bounds.PolicyLength);
        Tier("tier", message.Tier, findings);
        findings.Range("voters", message.Voters, 1, Bounds.Electors);
    }

    public static void Check(BallotRefused message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Refusal(message.Reason, message.Problems);
    }

    public static void Check(RequestVote message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        Round(message.Round, findings);
        findings.Name("voter", message.Voter);
        findings.Text("question", message.Question, Bounds.QuestionLength);
        Options(message.Options, findings);
        Particulars("", null, message.Domain, message.Flags, message.Evidence, findings);
        if (message.Arguments is { } arguments)
        {
            findings.Count("arguments", arguments.Count, 0, Bounds.Electors);
            for (var i = 0; i < arguments.Count && i < Bounds.Electors; i++)
            {
                findings.Text($"arguments[{i}].choice", arguments[i].Choice, Bounds.OptionLength);
                Rationale($"arguments[{i}].rationale", arguments[i].Rationale, findings);
                References($"arguments[{i}].evidence", arguments[i].Evidence, findings);
            }
        }

        findings.Range("timeoutMs", message.TimeoutMs, 1, Bounds.DeadlineMs);
    }

    public static void Check(CastVote message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Id("voteId", message.VoteId);
        Round(message.Round, findings);
        findings.Name("voter", message.Voter);
        findings.Text("choice", message.Choice, Bounds.OptionLength);
        Rationale("rationale", message.Rationale, findings);
        References("evidence", message.Evidence, findings);
        if (message.Veto is { } veto)
        {
            Rationale("veto.reason", veto.Reason, findings);
            Rationale("veto.evidence", veto.Evidence, findings);
        }

        Word("questionHash", message.QuestionHash, findings);
        Word("model", message.Model, findings);
        Word("promptHash", message.PromptHash, findings);
        Word("signature", message.Signature, findings);
    }

    public static void Check(VoteRefused message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Id("voteId", message.VoteId);
        findings.Name("voter", message.Voter);
        findings.Reason("reason", message.Reason);
        findings.Text("detail", message.Detail, Bounds.NoteLength);
    }

    public static void Check(BallotClosed message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Outcome("outcome", message.Outcome);
        if (message.People is { } people)
        {
            findings.Range("people", people, 1, 2);
        }
    }

    public static void Check(BallotDecided message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Outcome("outcome", message.Outcome);
        if (message.Option is { } option)
        {
            findings.Text("option", option, Bounds.OptionLength);
        }

        findings.VisibleText("decidedBy", message.DecidedBy, Bounds.KindLength);
        if (message.People is { } people)
        {
            findings.Count("people", people.Count, 0, Bounds.Electors);
            for (var i = 0; i < people.Count && i < Bounds.Electors; i++)
            {
                findings.Text($"people[{i}]", people[i], Bounds.PartyLength);
            }
        }

        findings.Count("explanation", message.Explanation.Count, 0, Bounds.Explanation);
        for (var i = 0; i < message.Explanation.Count && i < Bounds.Explanation; i++)
        {
            findings.Text($"explanation[{i}]", message.Explanation[i], Bounds.QuestionLength);
        }

        findings.VisibleText("recordHash", message.RecordHash, Bounds.KindLength);
    }

    public static void Check(AnswerBallot message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        if (message.Option is { } option)
        {
            findings.Text("option", option, Bounds.OptionLength);
        }

        findings.Text("answeredBy", message.AnsweredBy, Bounds.PartyLength);
        Note(message.Note, findings);
    }

    public static void Check(CancelBallot message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Text("requestedBy", message.RequestedBy, Bounds.PartyLength);
        Note(message.Note, findings);
    }

    public static void Check(ReportOutcome message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.Text("right", message.Right, Bounds.OptionLength);
        findings.Text("reportedBy", message.ReportedBy, Bounds.PartyLength);
    }

    public static void Check(BallotTimerDue message, Findings findings)
    {
        findings.Id("ballotId", message.BallotId);
        findings.VisibleText("kind", message.Kind, Bounds.KindLength);
        Round(message.Round, findings);
    }

    private static void Options(IReadOnlyList<BallotOption> options, Findings findings)
    {
        findings.Count("options", options.Count, 2, Bounds.Options);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Count && i < Bounds.Options; i++)
        {
            findings.Text($"options[{i}].name", options[i].Name, Bounds.OptionLength);
            if (options[i].Name is "ABSTAIN" or "RECUSED")
            {
                findings.Fault($"options[{i}].name", "means no option at all");
            }
            else if (!seen.Add(options[i].Name))
            {
                findings.Fault($"options[{i}].name", "is in the list already");
            }

            if (options[i].Arguments is { } arguments)
            {
                findings.Object($"options[{i}].arguments", arguments);
            }
        }
    }

    public static void Particulars(
        string path,
        string? tier,
        string? domain,
        IReadOnlyList<string>? flags,
        IReadOnlyList<string>? evidence,
        Findings findings
    )
    {
        if (tier is not null)
        {
            Tier(path + "tier", tier, findings);
        }

        if (domain is not null)
        {
            findings.Name(path + "domain", domain);
        }

        if (flags is not null)
        {
            findings.Count(path + "flags", flags.Count, 0, Bounds.Flags);
            for (var i = 0; i < flags.Count && i < Bounds.Flags; i++)
            {
                findings.Name($"{path}flags[{i}]", flags[i]);
            }
        }

        References(path + "evidence", evidence, findings);
    }

    private static void References(string path, IReadOnlyList<string>? references, Findings findings)
    {
        if (references is null)
        {
            return;
        }

        findings.Count(path, references.Count, 0, Bounds.Evidence);
        for (var i = 0; i < references.Count && i < Bounds.Evidence; i++)
        {
            findings.Text($"{path}[{i}]", references[i], Bounds.NoteLength);
        }
    }

    private static void Tier(string path, string tier, Findings findings)
    {
        if (tier is not ("T0" or "T1" or "T2" or "T3"))
        {
            findings.Fault(path, "must be T0, T1, T2 or T3");
        }
    }

    private static void Round(int round, Findings findings) => findings.Range("round", round, 1, Bounds.Rounds);

    private static void Rationale(string path, string? text, Findings findings)
    {
        if (text is { Length: > Bounds.QuestionLength })
        {
            findings.Fault(path, $"must have at most {Bounds.QuestionLength} characters");
        }
    }

    private static void Word(string path, string? word, Findings findings)
    {
        if (word is not null)
        {
            findings.VisibleText(path, word, Bounds.WordLength);
        }
    }

    private static void Note(string? note, Findings findings)
    {
        if (note is not null)
        {
            findings.Text("note", note, Bounds.NoteLength);
        }
    }
}
