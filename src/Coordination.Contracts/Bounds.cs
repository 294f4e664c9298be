namespace Coordination.Contracts;

/// <summary>Every number the rules of version 1 use; the messages' comments and docs/reference/contracts.md name them.</summary>
internal static class Bounds
{
    public const int Steps = 100;
    public const int Problems = 1000;
    public const int Contracts = 100;
    public const int Members = 100;

    public const int PlanNameLength = 100;
    public const int PartyLength = 200;
    public const int ScopeLength = 200;
    public const int NoteLength = 500;
    public const int QuestionLength = 2000;
    public const int QuestionIdLength = 100;
    public const int MemberNameLength = 100;
    public const int PointerLength = 500;
    public const int IncidentLength = 100;
    public const int KindLength = 64;
    public const int InstanceLength = 200;
    public const int BuildLength = 100;
    public const int ProblemPathLength = 500;
    public const int ProblemMessageLength = 2000;

    /// <summary>7 days.</summary>
    public const long TimeoutMs = 604_800_000;

    /// <summary>30 days.</summary>
    public const long DeadlineMs = 2_592_000_000;

    /// <summary>Agents one step is asked of.</summary>
    public const int AgentsOfStep = 9;

    /// <summary>Members that have to be equal for answers to be.</summary>
    public const int FieldsOfAgreement = 20;

    /// <summary>The shortest time to vote: 100 ms.</summary>
    public const long VotingMs = 100;

    public const int Electors = 100;
    public const int Options = 50;
    public const int OptionLength = 100;
    public const int Flags = 20;
    public const int Evidence = 50;
    public const int Explanation = 500;
    public const int WordLength = 200;

    /// <summary>Name and version of a policy.</summary>
    public const int PolicyLength = 100;

    /// <summary>The sealed vote, two rounds of debate, and one round more of each after an extension.</summary>
    public const int Rounds = 10;

    public const int Attempts = 20;
    public const long BaseDelayMs = 3_600_000;
    public const long MaxDelayMs = 86_400_000;

    /// <summary>Things a step's output lacks.</summary>
    public const int MissingOfStep = 20;

    /// <summary>Things a run's outputs lack.</summary>
    public const int MissingOfRun = 100;

    /// <summary>Characters of one of them, with the step's id before it in a run's.</summary>
    public const int MissingLength = 600;
}
