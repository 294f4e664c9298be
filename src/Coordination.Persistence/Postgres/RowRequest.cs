using Npgsql;

namespace Coordination.Persistence;

/// <summary>Somebody wants a row.</summary>
internal abstract class RowRequest(object table, string many, Guid id)
{
    /// <summary>Requests of the same table share a query.</summary>
    public object Table { get; } = table;

    public string Many { get; } = many;

    public Guid Id { get; } = id;

    /// <summary>Why there is no answer.</summary>
    public Exception? Error { get; set; }

    public abstract void Take(NpgsqlDataReader reader);

    public abstract void Complete();
}

/// <inheritdoc/>
internal sealed class RowRequest<T>(KeyedRead<T> read, Guid id) : RowRequest(read, read.Many, id)
    where T : class
{
    private readonly TaskCompletionSource<T?> done = new();
    private T? row;

    public Task<T?> Row => done.Task;

    public override void Take(NpgsqlDataReader reader)
    {
        try
        {
            row = read.Read(reader);
        }
        catch (Exception unreadable) when (unreadable is not (NpgsqlException or IOException or OutOfMemoryException))
        {
            // This row, and no other.
            Error = unreadable;
        }
    }

    public override void Complete()
    {
        if (Error is { } error)
        {
            done.SetException(error);
        }
        else
        {
            done.SetResult(row);
        }
    }
}
