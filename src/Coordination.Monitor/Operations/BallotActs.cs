using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Workers;

namespace Coordination.Monitor;

/// <summary>What the acts on ballots have in common.</summary>
internal abstract class BallotAct(BallotClient ballots, AnswerClaims claims) : OperationAct
{
    protected BallotClient Ballots => ballots;

    public sealed override async Task<ActLook> LookAsync(
        OperationTarget target,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var id = target.Ballot!.Value;
        if (await ballots.GetAsync(id, cancellationToken) is not { Status: not "refused" } ballot)
            return new ActLook($"ballot {id}", null, "") { Refusal = $"There is no ballot {id}." };
        return new ActLook($"ballot {id}", $"/consensus/{id}", Will(ballot, request))
        {
            RunId = ballot.RunId,
            Known = ballot,
            Refusal = await RefusalAsync(ballot, request, viewer, cancellationToken),
            Before = Json(new { status = ballot.Status, outcome = ballot.Outcome }),
            After = After(request),
        };
    }

    public sealed override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var ballot = (BallotInfo)look.Known!;
        if (Subject(ballot, viewer) is { } subject)
            claims.Take(work, subject, viewer);
        ballots.Say(work, Message(ballot, request, viewer), ballot.Tenant);
        return ValueTask.FromResult(look.Will);
    }

    protected abstract string Will(BallotInfo ballot, OperationRequest request);

    protected abstract Task<string?> RefusalAsync(
        BallotInfo ballot,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    );

    protected abstract JsonElement After(OperationRequest request);

    /// <summary>What only one may say; null: saying it twice does no harm.</summary>
    protected virtual string? Subject(BallotInfo ballot, Viewer viewer) => null;

    protected abstract IBallotMessage Message(BallotInfo ballot, OperationRequest request, Viewer viewer);

    protected async Task<List<BallotRecord>> RecordAsync(BallotInfo ballot, CancellationToken cancellationToken) =>
        [.. (await ballots.RecordAsync(ballot.BallotId, cancellationToken)).Select(line => BallotRecord.Parse(line.Line))];

    protected static string? NoOption(BallotInfo ballot, string option) =>
        ballot.Options.Contains(option, StringComparer.Ordinal)
            ? null
            : $"'{option}' is none of the options: {string.Join(", ", ballot.Options)}.";
}

/// <summary>A person's answer to a ballot the voters could not decide.</summary>
internal sealed class AnswerBallotAct(BallotClient ballots, AnswerClaims claims) : BallotAct(ballots, claims)
{
    public override string Kind => OperationKind.BallotAnswer;

    protected override string Will(BallotInfo ballot, OperationRequest request) =>
        Option(request) is { } option
            ? ballot.People == 2
                ? $"say {option}; two people have to agree"
                : $"decide: {option}"
            : "decide: nothing may be done";

    protected override async Task<string?> RefusalAsync(
        BallotInfo ballot,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        if (ballot.Status != "people")
            return $"Ballot {ballot.BallotId} is {ballot.Status}: nobody is asked.";
        if (Option(request) is { } option && NoOption(ballot, option) is { } none)
            return none;
        if (PersonName.IsSame(ballot.Requester, viewer.Name))
            return "Whoever asked for a decision does not make it: somebody else has to answer.";
        var record = await RecordAsync(ballot, cancellationToken);
        if (record is [{ Opening: { } opening }, ..] && opening.IsVoter(viewer.Name, user: null))
            return "A voter cannot decide in the place of people.";
        return record.Any(line => line.Answer is { Refusal: null } answer && PersonName.IsSame(answer.Person, viewer.Name))
            ? "You have answered it; an answer counts once a person."
            : null;
    }

    protected override JsonElement After(OperationRequest request) => Json(new { option = Option(request) });

    protected override IBallotMessage Message(BallotInfo ballot, OperationRequest request, Viewer viewer) =>
        new AnswerBallot
        {
            BallotId = ballot.BallotId,
            Option = Option(request),
            AnsweredBy = viewer.Name,
            Note = request.Reason,
        };

    // Where two have to agree, each of them answers once.
    protected override string Subject(BallotInfo ballot, Viewer viewer) =>
        $"ballot:{ballot.BallotId}:{ballot.Round}:people{(ballot.People == 2 ? ":" + PersonName.Key(viewer.Name) : "")}";

    private static string? Option(OperationRequest request) =>
        request.Parameters.Option.ValueKind == JsonValueKind.String ? request.Parameters.Option.GetString() : null;
}

/// <summary>Says afterwards what was right.</summary>
internal sealed class ReportBallotAct(BallotClient ballots, AnswerClaims claims) : BallotAct(ballots, claims)
{
    public override string Kind => OperationKind.BallotReport;

    protected override string Will(BallotInfo ballot, OperationRequest request) =>
        $"record that {request.Parameters.Right} was right; later ballots weigh their voters by it";

    protected override async Task<string?> RefusalAsync(
        BallotInfo ballot,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        if (ballot.Status != "decided")
            return $"Ballot {ballot.BallotId} is {ballot.Status}: it is not decided yet.";
        if (NoOption(ballot, request.Parameters.Right!) is { } none)
            return none;
        var before = (await RecordAsync(ballot, cancellationToken)).FirstOrDefault(line => line.Kind == BallotRecordKind.Outcome);
        return before is null ? null : $"Ballot {ballot.BallotId}: an outcome was reported before and counts once ({before.Note}).";
    }

    protected override string Subject(BallotInfo ballot, Viewer viewer) => $"ballot:{ballot.BallotId}:outcome";

    protected override JsonElement After(OperationRequest request) => Json(new { right = request.Parameters.Right });

    protected override IBallotMessage Message(BallotInfo ballot, OperationRequest request, Viewer viewer) =>
        new ReportOutcome
        {
            BallotId = ballot.BallotId,
            Right = request.Parameters.Right!,
            ReportedBy = viewer.Name,
        };
}

/// <summary>Ends a ballot without a decision.</summary>
internal sealed class CancelBallotAct(BallotClient ballots, AnswerClaims claims) : BallotAct(ballots, claims)
{
    public override string Kind => OperationKind.BallotCancel;

    protected override string Will(BallotInfo ballot, OperationRequest request) => "end it without a decision: nothing may be done";

    protected override Task<string?> RefusalAsync(
        BallotInfo ballot,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    ) => Task.FromResult(ballot.Status == "decided" ? $"Ballot {ballot.BallotId} is decided." : null);

    protected override JsonElement After(OperationRequest request) => Json(new { status = "cancelled" });

    protected override IBallotMessage Message(BallotInfo ballot, OperationRequest request, Viewer viewer) =>
        new CancelBallot
        {
            BallotId = ballot.BallotId,
            RequestedBy = viewer.Name,
            Note = request.Reason,
        };
}
