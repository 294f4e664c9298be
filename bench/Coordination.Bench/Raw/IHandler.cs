using Npgsql;

namespace Coordination.Bench.Raw;

/// <summary>Does the database work of some messages on one connection.</summary>
internal interface IHandler : IDisposable
{
    /// <summary>Prepares the statements; called once.</summary>
    Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct);

    /// <summary>Commits the effects of the messages that are new and returns what must be published for them.</summary>
    Task<IReadOnlyList<Outgoing>> HandleAsync(IReadOnlyList<Incoming> messages, CancellationToken ct);
}
