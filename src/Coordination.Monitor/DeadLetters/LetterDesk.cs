using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Makes everything that may be shown of one parked message. Who sees what it says is written down first.</summary>
internal sealed class LetterDesk(LetterReads letters, BallotReads ballots, IAuditTrail audit)
{
    private static readonly string Vote = ContractCatalog.For<CastVote>().Name + ".";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task<LetterDetail> ShowAsync(long id, Viewer viewer, CancellationToken cancellationToken)
    {
        if (await letters.FindAsync(id, cancellationToken) is not var (letter, failures, bytes))
            throw Refusal.NotFound($"There is no dead letter {id}.");
        var mayRead = viewer.Is(MonitorRole.PayloadReader) && !await IsSealedAsync(letter, cancellationToken);
        if (mayRead)
            await audit.WriteAsync(new AuditEntry(viewer, "payload.read", $"dead-letter/{id}", letter.RunId, "done"), cancellationToken);
        var (meta, body) = await letters.ContentAsync(id, mayRead, cancellationToken);
        var headers = MessageMeta.Read(meta).Headers;
        return new LetterDetail(
            letter,
            AttemptList.Read(failures),
            LetterHeaders.Shown(headers),
            body is null ? null : Text(body),
            !mayRead,
            bytes,
            ContractCatalog.Find(letter.MessageType)?.Id,
            ActivityContext.TryParse(headers?.GetValueOrDefault(EnvelopeHeaders.TraceParent), null, out var trace)
                ? trace.TraceId.ToHexString()
                : null,
            await letters.HistoryAsync(id, cancellationToken),
            Actions(letter, viewer)
        );
    }

    /// <summary>A vote nobody may see before its ballot's voting is over, not even where it was lost; one that does not say its ballot stays closed for good.</summary>
    private async Task<bool> IsSealedAsync(LetterRow letter, CancellationToken cancellationToken)
    {
        if (!letter.MessageType.StartsWith(Vote, StringComparison.Ordinal))
            return false;
        var (_, body) = await letters.ContentAsync(letter.Id, withBody: true, cancellationToken);
        return BallotOf(body) is not { } ballot || await ballots.FindAsync(ballot, cancellationToken) is null or { Status: "voting" };
    }

    private static Guid? BallotOf(byte[]? body)
    {
        try
        {
            return
                JsonSerializer.Deserialize<JsonElement>(body) is { ValueKind: JsonValueKind.Object } vote
                && vote.TryGetProperty("ballotId", out var id)
                && id.ValueKind == JsonValueKind.String
                && id.TryGetGuid(out var ballot)
                ? ballot
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyList<ActionOffer> Actions(LetterRow letter, Viewer viewer) =>
        letter.State == LetterState.Open
            ?
            [
                .. new[] { OperationKind.LetterRetry, OperationKind.LetterEdit, OperationKind.LetterDiscard }.Select(kind =>
                    OperationKind.Find(kind)!.Offer(viewer)
                ),
            ]
            : [];

    private static string Text(byte[] body)
    {
        try
        {
            return Strict.GetString(body);
        }
        catch (ArgumentException)
        {
            return "base64:" + Convert.ToBase64String(body);
        }
    }
}
