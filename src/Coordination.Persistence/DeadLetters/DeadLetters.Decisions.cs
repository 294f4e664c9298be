using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Persistence;

/// <summary>
/// What a person may decide: retry, edit, discard. Each turns an open letter into a settled one with who and when, guarded by its state, so that of two people
/// only one decides. The row of a letter never changes otherwise.
/// </summary>
internal sealed partial class DeadLetters
{
    private const string NotOpen = "The dead letter is not open.";

    public async Task<bool> RetryAsync(long id, string by, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(id, cancellationToken) is not { State: LetterState.Open } letter)
        {
            return false;
        }

        await using var work = units.Create();
        Retry(work, letter.Id, letter.Message, by);
        return await IsCommittedAsync(work, cancellationToken);
    }

    /// <summary>Retries with the commit of a unit of work, which fails (<see cref="GuardFailedException"/>) when the letter is not open any more.</summary>
    public void Retry(IUnitOfWork work, long id, OutgoingMessage message, string by)
    {
        work.Execute(Settle(id, LetterState.Retried, by, because: null) with { MustAffect = NotOpen });
        // Its deliveries so far count no more, or the first redelivery would park it again.
        work.Execute(
            new Statement($"DELETE FROM {redelivery} WHERE message_id = @message_id", ("message_id", message.MessageId, ColumnKind.Uuid))
        );
        // A person wants it now: neither its old deadline nor its old place in the group holds any more.
        work.Send(message with { ExpiresAt = null, Ordered = false });
    }

    /// <summary>Gives up with the commit of a unit of work, which fails (<see cref="GuardFailedException"/>) when the letter is not open any more.</summary>
    public void Discard(IUnitOfWork work, long id, string because, string by) =>
        work.Execute(Settle(id, LetterState.Discarded, by, because) with { MustAffect = NotOpen });

    /// <summary>What is wrong with a new body; empty when nothing is.</summary>
    public static IReadOnlyList<Problem> Check(DeadLetter letter, byte[] body, ContractLimits? limits = null) =>
        MessageCheck
            .Read(letter.Message.Headers.GetValueOrDefault, letter.Message.MessageId.ToString("D"), body, limits ?? ContractLimits.Default)
            .Problems;

    /// <summary>Makes the version with another body inside a unit of work; null when the letter is not open any more.</summary>
    public async Task<long?> EditAsync(IUnitOfWork work, long id, byte[] body, string by, CancellationToken cancellationToken)
    {
        var settled = await work.QueryAsync(
            Settle(id, LetterState.Superseded, by, because: null, "RETURNING id"),
            reader => reader.GetInt64(0),
            cancellationToken
        );
        if (settled.Count == 0)
        {
            return null;
        }

        var edited = (await work.QueryAsync(Copy(id, body), reader => reader.GetInt64(0), cancellationToken))[0];
        work.Execute(
            new Statement(
                $"UPDATE {table} SET replaced_by = @edited WHERE id = @id",
                ("id", id, ColumnKind.Int64),
                ("edited", edited, ColumnKind.Int64)
            )
        );
        return edited;
    }

    public async Task<LetterEdit?> EditAsync(
        long id,
        byte[] body,
        string by,
        ContractLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        if (await FindAsync(id, cancellationToken) is not { State: LetterState.Open } letter)
        {
            return null;
        }

        if (Check(letter, body, limits) is [_, ..] problems)
        {
            return new LetterEdit(null, problems);
        }

        await using var work = units.Create(alone: true);
        var edited = await EditAsync(work, id, body, by, cancellationToken);
        return edited is not null && await IsCommittedAsync(work, cancellationToken) ? new LetterEdit(edited, []) : null;
    }

    public async Task<bool> DiscardAsync(long id, string because, string by, CancellationToken cancellationToken = default) =>
        await units.ExecuteAsync(Settle(id, LetterState.Discarded, by, because), cancellationToken) > 0;

    private Statement Settle(long id, string state, string by, string? because, string returning = "") =>
        new(
            $"""
            UPDATE {table} SET state = '{state}', settled_at = {sql.Now}, settled_by = @by, settled_because = @because
            WHERE id = @id AND state = '{LetterState.Open}' {returning}
            """,
            ("id", id, ColumnKind.Int64),
            ("by", by, ColumnKind.Text),
            ("because", because, ColumnKind.Text)
        );

    private Statement Copy(long id, byte[] body)
    {
        const string Same =
            "direction, endpoint, reason, detail, attempts, failures, message_id, group_id, message_type, destination, content_type, meta, mandatory, expires_at";
        return new Statement(
            $"""
            INSERT INTO {table} ({Same}, parked_at, state, replaces, body)
            SELECT {Same}, {sql.Now}, '{LetterState.Open}', id, @body FROM {table} WHERE id = @id RETURNING id
            """,
            ("id", id, ColumnKind.Int64),
            ("body", body, ColumnKind.Bytes)
        );
    }

    private static async Task<bool> IsCommittedAsync(IUnitOfWork work, CancellationToken cancellationToken)
    {
        try
        {
            await work.CommitAsync(cancellationToken);
            return true;
        }
        catch (GuardFailedException)
        {
            return false;
        }
    }
}
