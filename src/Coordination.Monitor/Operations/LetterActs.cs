using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What the acts on dead letters have in common.</summary>
internal abstract class LetterAct(DeadLetters letters) : OperationAct
{
    protected DeadLetters Letters => letters;

    public sealed override async Task<ActLook> LookAsync(
        OperationTarget target,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var id = target.Letter!.Value;
        if (await letters.FindAsync(id, cancellationToken) is not { } letter)
            return new ActLook($"dead letter {id}", null, "") { Refusal = $"There is no dead letter {id}." };
        var look = new ActLook($"dead letter {id} ({letter.Message.MessageType})", $"/dead-letters/m/{id}", Will(letter, request))
        {
            RunId = letter.Message.GroupId,
            Known = letter,
            Refusal = letter.State == LetterState.Open ? null : NotOpen(letter),
            Before = Json(new { state = letter.State, reason = letter.Reason }),
        };
        return look.Refusal is null ? With(look, letter, request) : look;
    }

    protected abstract string Will(DeadLetter letter, OperationRequest request);

    protected virtual ActLook With(ActLook look, DeadLetter letter, OperationRequest request) => look;

    private static string NotOpen(DeadLetter letter) =>
        $"Dead letter {letter.Id} is not open any more: {letter.State}{(letter.SettledBy is { } by ? $" by {by}" : "")}"
        + $"{(letter.ReplacedBy is { } next ? $", see {next}" : "")}.";
}

/// <summary>Sends a parked message again.</summary>
internal sealed class RetryLetterAct(DeadLetters letters) : LetterAct(letters)
{
    public override string Kind => OperationKind.LetterRetry;

    protected override string Will(DeadLetter letter, OperationRequest request) =>
        $"send it to {letter.Endpoint} again with its own message id: what was committed before is not repeated";

    public override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var letter = (DeadLetter)look.Known!;
        Letters.Retry(work, letter.Id, letter.Message, viewer.Name);
        return ValueTask.FromResult("sent again");
    }
}

/// <summary>Gives a parked message up.</summary>
internal sealed class DiscardLetterAct(DeadLetters letters) : LetterAct(letters)
{
    public override string Kind => OperationKind.LetterDiscard;

    protected override string Will(DeadLetter letter, OperationRequest request) =>
        "give it up for good; it is kept for 30 days with the reason";

    public override ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        Letters.Discard(work, ((DeadLetter)look.Known!).Id, request.Reason ?? "", viewer.Name);
        return ValueTask.FromResult("given up");
    }
}

/// <summary>Makes a version with another body, and retries it when that is wanted.</summary>
internal sealed class EditLetterAct(DeadLetters letters) : LetterAct(letters)
{
    private static readonly string Vote = ContractCatalog.For<CastVote>().Name + ".";

    public override string Kind => OperationKind.LetterEdit;

    protected override string Will(DeadLetter letter, OperationRequest request) =>
        request.Parameters.Retry is true
            ? "make a new version and send it; the original is kept"
            : "make a new version that stays parked; the original is kept";

    protected override ActLook With(ActLook look, DeadLetter letter, OperationRequest request)
    {
        // Edited it would not be the voter's any more, and the difference would show what is sealed.
        if (letter.Message.MessageType.StartsWith(Vote, StringComparison.Ordinal))
            return look with { Refusal = "A vote is never edited: retry it as it is, or discard it." };
        var body = request.Parameters.Body!;
        return look with
        {
            Problems = [.. DeadLetters.Check(letter, Encoding.UTF8.GetBytes(body)).Select(p => new BodyProblem(p.Code, p.Path, p.Message))],
            Diff = LineDiff.Of(Text(letter.Message.Body), body),
        };
    }

    public override async ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    )
    {
        var letter = (DeadLetter)look.Known!;
        var body = Encoding.UTF8.GetBytes(request.Parameters.Body!);
        var edited =
            await Letters.EditAsync(work, letter.Id, body, viewer.Name, cancellationToken)
            ?? throw new GuardFailedException($"Dead letter {letter.Id} is not open any more.");
        if (request.Parameters.Retry is not true)
            return $"{edited} is the new version";
        Letters.Retry(work, edited, letter.Message with { Body = body }, viewer.Name);
        return $"{edited} is the new version, and was sent";
    }

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body);
}
