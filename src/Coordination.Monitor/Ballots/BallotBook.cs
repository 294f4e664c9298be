using System.Text.Json;
using Coordination.Sagas.Consensus;

namespace Coordination.Monitor;

/// <summary>Makes everything that may be shown of one ballot.</summary>
internal sealed class BallotBook(BallotReads ballots, RunPageReads runs, IAuditTrail audit)
{
    /// <summary>A ballot of 100 voters with two rounds of debate, and every vote sent three times.</summary>
    private const int MostLines = 1_000;

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.Ordinal);

    // All of it follows from the record, which its last hash names.
    private readonly Remembered<(Guid Ballot, string Hash), (BallotStory Story, string? Fault)> told = new(200);

    /// <param name="id">The ballot.</param>
    /// <param name="viewer">Who looks.</param>
    /// <param name="moment">Null: as it is. Else as it was then, sealed if it was.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<BallotDetail> ShowAsync(Guid id, Viewer viewer, DateTimeOffset? moment, CancellationToken cancellationToken)
    {
        var shown = await MakeAsync(id, viewer, moment, cancellationToken);
        // Written first: nothing is shown that is not recorded.
        if (shown.Subject is not null || shown.Options.Any(option => option.Arguments is not null))
            await audit.WriteAsync(new AuditEntry(viewer, "payload.read", $"ballot {id}", shown.Ballot.RunId, "done"), cancellationToken);
        return shown;
    }

    private async Task<BallotDetail> MakeAsync(Guid id, Viewer viewer, DateTimeOffset? moment, CancellationToken cancellationToken)
    {
        if (await ballots.FindAsync(id, cancellationToken) is not { } ballot)
            return await ballots.RefusalAsync(id, cancellationToken) is { } refusal
                ? NotOpened(refusal.Ballot, refusal.Problems)
                : throw Refusal.NotFound($"There is no ballot {id}.");
        if (ballot.Status == "voting")
            return await SealedAsync(ballot, viewer, cancellationToken);
        var (lines, last) = await ballots.RecordAsync(id, MostLines + 1, cancellationToken);
        if (Parse(lines) is not [{ Opening: { } opening }, ..] record)
            return Show(
                ballot,
                Opening((await ballots.OpeningAsync(id, cancellationToken))!),
                story: null,
                new RecordView(lines.Count, last, "The record cannot be read."),
                viewer,
                None
            );
        var known = moment is { } then ? record.Count(line => line.At <= then) : record.Count;
        if (known < record.Count)
        {
            ballot = BallotThen.Of(ballot, [.. record.Take(known)]);
            if (ballot.Status == "voting")
                return await SealedAsync(ballot, viewer, cancellationToken);
        }
        var hash = known == lines.Count ? last! : lines[known - 1].Hash;
        var (story, fault) = told.Get(
            (id, hash),
            _ =>
                (
                    new BallotStory(opening, [.. record.Take(known)]),
                    lines.Count > MostLines
                        ? $"Longer than {MostLines} lines: verify it with `coordination ballots verify {id}`."
                        : BallotAudit.Faults(lines, last).FirstOrDefault()
                )
        );
        var follows = moment is null && ballot.Status == "people" ? await FollowsAsync(opening, cancellationToken) : None;
        return Show(ballot, opening, story, new RecordView(known, hash, fault), viewer, follows);
    }

    private async Task<BallotDetail> SealedAsync(BallotSummary ballot, Viewer viewer, CancellationToken cancellationToken) =>
        Show(
            ballot,
            Opening((await ballots.OpeningAsync(ballot.BallotId, cancellationToken))!),
            story: null,
            new RecordView(0, null, null),
            viewer,
            None
        );

    /// <summary>What each answer leads to, the one "none of them" under an empty name.</summary>
    private async Task<IReadOnlyDictionary<string, string>> FollowsAsync(BallotOpening opening, CancellationToken cancellationToken)
    {
        if (opening is not { RunId: { } run, StepId: { } step })
            return None;
        var file = await runs.FileAsync(run, cancellationToken);
        return BallotFollows.Of(file, step, [.. opening.Options.Select(option => option.Name)]);
    }

    private static BallotDetail Show(
        BallotSummary ballot,
        BallotOpening opening,
        BallotStory? story,
        RecordView record,
        Viewer viewer,
        IReadOnlyDictionary<string, string> follows
    )
    {
        var mayRead = viewer.Is(MonitorRole.PayloadReader);
        return new BallotDetail(
            ballot,
            ballot.Status == "voting",
            null,
            [
                .. opening.Options.Select(option => new OptionView(
                    option.Name,
                    mayRead ? option.Arguments : null,
                    !mayRead && option.Arguments is not null,
                    option.Name == opening.SafeOption,
                    follows.GetValueOrDefault(option.Name)
                )),
            ],
            follows.GetValueOrDefault(""),
            RuleWords.Of(opening),
            opening.Flags,
            opening.Evidence,
            opening.Domain,
            mayRead ? opening.Subject : null,
            !mayRead && opening.Subject is not null,
            story?.Rounds ?? [],
            story?.Votes ?? [],
            story?.Silent ?? [],
            story?.Answers ?? [],
            story?.Flipping ?? [],
            story?.Dissent ?? [],
            story?.Decision,
            record,
            story?.Reported,
            Actions(ballot, opening, story, viewer)
        );
    }

    private static BallotDetail NotOpened(BallotSummary ballot, IReadOnlyList<BodyProblem> problems) =>
        new(
            ballot,
            false,
            problems,
            [],
            null,
            "",
            [],
            [],
            null,
            null,
            false,
            [],
            [],
            [],
            [],
            [],
            [],
            null,
            new RecordView(0, null, null),
            null,
            []
        );

    private static IReadOnlyList<ActionOffer> Actions(BallotSummary ballot, BallotOpening opening, BallotStory? story, Viewer viewer) =>
        ballot.Status == "decided"
            ?
            [
                Offer(
                    OperationKind.BallotReport,
                    viewer,
                    story?.Reported is { } right ? $"{right} was reported before; it counts once." : null
                ),
            ]
        : ballot.Status == "people"
            ?
            [
                Offer(
                    OperationKind.BallotAnswer,
                    viewer,
                    opening.IsVoter(viewer.Name, user: null) ? "A voter cannot decide in the place of people."
                        : story?.HasAnswered(viewer.Name) is true ? "You have answered: one answer a person."
                        : null
                ),
                Offer(OperationKind.BallotCancel, viewer, null),
            ]
        : [Offer(OperationKind.BallotCancel, viewer, null)];

    private static ActionOffer Offer(string kind, Viewer viewer, string? fault) => OperationKind.Find(kind)!.Offer(viewer, fault);

    private static BallotOpening Opening(string json) => JsonSerializer.Deserialize(json, BallotJson.Default.BallotOpening)!;

    private static IReadOnlyList<BallotRecord> Parse(IReadOnlyList<(string Text, string Hash)> lines)
    {
        try
        {
            return [.. lines.Select(line => BallotRecord.Parse(line.Text))];
        }
        catch (JsonException)
        {
            // Somebody changed it; the audit says so.
            return [];
        }
    }
}
