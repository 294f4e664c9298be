namespace Coordination.Monitor;

/// <summary>A page of effects.</summary>
public sealed record EffectPage(IReadOnlyList<EffectView> Rows, string? Next);

/// <summary>An effect as it stands.</summary>
/// <param name="RunId">Whose.</param>
/// <param name="RunName">Its name.</param>
/// <param name="StepId">The step.</param>
/// <param name="Key">As the target got it.</param>
/// <param name="Compensating">Made to undo the step.</param>
/// <param name="Tool">For example <c>refund@1</c>.</param>
/// <param name="Class">How far it can be trusted to happen once.</param>
/// <param name="Scope">Which one, for a person.</param>
/// <param name="Status">For example <c>indoubt</c>.</param>
/// <param name="Calls">Calls that may have reached the target.</param>
/// <param name="CreatedAt">When it was first meant.</param>
/// <param name="ChangedAt">When it changed last.</param>
/// <param name="QuestionId">Set while a person is asked about it.</param>
/// <param name="ResultExample">Set while a person is asked about it: a value of the kind the call returns, as JSON; null when it returns nothing.</param>
/// <param name="LastDetail">What its journal says last, unless it succeeded.</param>
public sealed record EffectView(
    Guid RunId,
    string RunName,
    string StepId,
    string Key,
    bool Compensating,
    string Tool,
    string Class,
    string Scope,
    string Status,
    int Calls,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    string? QuestionId,
    string? ResultExample,
    string? LastDetail
);
