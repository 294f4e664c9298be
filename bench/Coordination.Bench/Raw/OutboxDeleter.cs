using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Coordination.Bench.Raw;

/// <summary>
/// Removes rows whose messages the broker has confirmed: many in one statement, and without waiting for the disk, since a
/// row that comes back after a crash is only published twice, which the receiver's inbox absorbs.
/// </summary>
internal sealed class OutboxDeleter(NpgsqlConnection connection)
{
    private const int MostAtOnce = 2_000;
    private readonly Channel<Guid> done = Channel.CreateUnbounded<Guid>(new UnboundedChannelOptions { SingleReader = true });

    public void Delete(Outgoing message) => done.Writer.TryWrite(message.Id);

    public async Task RunAsync(CancellationToken ct)
    {
        await using (var relax = new NpgsqlCommand("set synchronous_commit = off", connection))
            await relax.ExecuteNonQueryAsync(ct);
        await using var command = new NpgsqlCommand("delete from outbox where id = any($1)", connection);
        var ids = new NpgsqlParameter<Guid[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, TypedValue = [] };
        command.Parameters.Add(ids);
        await command.PrepareAsync(ct);
        var batch = new List<Guid>(MostAtOnce);
        while (await done.Reader.WaitToReadAsync(ct))
        {
            await Task.Delay(RawSettings.DeleteLinger, ct);
            while (batch.Count < MostAtOnce && done.Reader.TryRead(out var id))
                batch.Add(id);
            ids.TypedValue = [.. batch];
            await command.ExecuteNonQueryAsync(ct);
            batch.Clear();
        }
    }
}
