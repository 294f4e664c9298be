namespace Coordination.Monitor;

/// <summary>A kind of operation: who may, what it takes, whether it is for many.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Roles">All of them are needed.</param>
/// <param name="NeedsReason">Whether one has to be given for a single target; for many it always has.</param>
/// <param name="ForMany">Whether it may have more than one target.</param>
/// <param name="Target">The members of a target it needs.</param>
/// <param name="Parameters">The parameters it may have.</param>
internal sealed record OperationKind(
    string Name,
    IReadOnlyList<MonitorRole> Roles,
    bool NeedsReason,
    bool ForMany,
    IReadOnlyList<string> Target,
    IReadOnlyList<string> Parameters
)
{
    public const string RunCancel = "run.cancel";
    public const string RunAnswer = "run.answer";
    public const string EffectResolve = "effect.resolve";
    public const string BallotAnswer = "ballot.answer";
    public const string BallotReport = "ballot.report";
    public const string BallotCancel = "ballot.cancel";
    public const string TimerMove = "timer.move";
    public const string TimerCancel = "timer.cancel";
    public const string LetterRetry = "dead-letter.retry";
    public const string LetterEdit = "dead-letter.edit";
    public const string LetterDiscard = "dead-letter.discard";

    public static IReadOnlyList<OperationKind> All { get; } =
    [
        new(RunCancel, [MonitorRole.Operator], NeedsReason: true, ForMany: true, ["run"], ["force", "perSecond"]),
        new(RunAnswer, [MonitorRole.Approver], NeedsReason: false, ForMany: false, ["run", "step", "question"], ["answer"]),
        new(EffectResolve, [MonitorRole.Operator], NeedsReason: true, ForMany: false, ["run", "effect"], ["verdict", "result"]),
        new(BallotAnswer, [MonitorRole.Approver], NeedsReason: false, ForMany: false, ["ballot"], ["option"]),
        new(BallotReport, [MonitorRole.Operator], NeedsReason: false, ForMany: false, ["ballot"], ["right"]),
        new(BallotCancel, [MonitorRole.Admin], NeedsReason: true, ForMany: false, ["ballot"], []),
        new(TimerMove, [MonitorRole.Operator], NeedsReason: true, ForMany: false, ["timer"], ["delaySeconds"]),
        new(TimerCancel, [MonitorRole.Operator], NeedsReason: true, ForMany: true, ["timer"], ["perSecond"]),
        new(LetterRetry, [MonitorRole.Operator], NeedsReason: false, ForMany: true, ["letter"], ["perSecond"]),
        // Whoever writes a body sees it.
        new(
            LetterEdit,
            [MonitorRole.Operator, MonitorRole.PayloadReader],
            NeedsReason: true,
            ForMany: false,
            ["letter"],
            ["body", "retry"]
        ),
        new(LetterDiscard, [MonitorRole.Operator], NeedsReason: true, ForMany: true, ["letter"], ["perSecond"]),
    ];

    public static OperationKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>The first role the viewer lacks; null: none.</summary>
    public MonitorRole? Missing(Viewer viewer) => Roles.Where(role => !viewer.Is(role)).Select(role => (MonitorRole?)role).FirstOrDefault();

    /// <summary>What the viewer is offered.</summary>
    /// <param name="viewer">Who looks.</param>
    /// <param name="fault">Why it cannot be done now; null: it can.</param>
    public ActionOffer Offer(Viewer viewer, string? fault = null) =>
        Missing(viewer) is { } role
            ? new(Name, false, $"This takes the role {MonitorRoles.NameOf(role)}.")
            : new(Name, fault is null, fault);
}

/// <summary>Something a viewer may do now, or why not.</summary>
public sealed record ActionOffer(string Kind, bool Enabled, string? Why);
