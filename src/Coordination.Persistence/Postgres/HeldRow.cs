namespace Coordination.Persistence;

/// <summary>
/// The row a unit of work alone may change at the moment, in this process: what it found, what it makes of it, and what the next in the queue gets.
/// </summary>
internal sealed class HeldRow
{
    private readonly KeyedGate gate;
    private readonly object table;
    private readonly Guid id;
    private LeftRow? found;
    private object? next;
    private bool isWritten;

    private HeldRow(KeyedGate gate, object table, Guid id)
    {
        this.gate = gate;
        this.table = table;
        this.id = id;
    }

    /// <summary>The commit that writes what was found, which may be still to come.</summary>
    public CommitRequest? Behind => found?.Behind;

    public static async ValueTask<HeldRow> EnterAsync(KeyedGate gate, object table, Guid id, CancellationToken cancellationToken)
    {
        var row = new HeldRow(gate, table, id);
        row.found = await gate.EnterAsync(table, id, row, cancellationToken).ConfigureAwait(false);
        return row;
    }

    /// <summary>A copy of what the one before left; null where the row has to be read.</summary>
    public T? Found<T>(KeyedRead<T> read)
        where T : class => found is { Row: T left } ? read.Copy!(left) : null;

    /// <summary>What the commit makes of the row; null when it is gone then.</summary>
    public void Becomes<T>(KeyedRead<T> read, Guid key, T? row)
        where T : class
    {
        if (ReferenceEquals(read, table) && key == id)
        {
            isWritten = true;
            next = row is null || read.Copy is null ? null : read.Copy(row);
        }
    }

    /// <summary>The commit is on its way: the next may build on it.</summary>
    public void Offer(CommitRequest commit)
    {
        if (next is { } row)
        {
            gate.Offer(table, id, this, new LeftRow(row, commit));
        }
    }

    public void ExitCommitted()
    {
        if (!isWritten)
        {
            ExitUnchanged();
            return;
        }

        gate.Exit(table, id, this, next is { } row ? new LeftRow(row, null) : null);
    }

    /// <summary>Nothing was written: the row is as it was found, as long as nobody else can have written it.</summary>
    public void ExitUnchanged() => gate.Exit(table, id, this, Behind is { Done.IsCompleted: false } ? found : null);

    /// <summary>The row may be anything.</summary>
    public void ExitFailed() => gate.Exit(table, id, this);
}
