using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// One page of a list that is read along an index and never further than <see cref="Window"/> rows: where a filter has no index, a page may have fewer rows than
/// asked for, or none, and say that it goes on.
/// </summary>
internal sealed record Listing<T>
{
    /// <summary>Rows looked at for a page when a filter has no index.</summary>
    public const int Window = 10_000;

    public required string Source { get; init; }
    public required string Columns { get; init; }

    /// <summary>Columns of an index, with their directions.</summary>
    public required string Order { get; init; }

    /// <summary>Conditions an index answers, where the page begins among them.</summary>
    public IReadOnlyList<string> Where { get; init; } = [];

    /// <summary>Conditions no index answers.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Whether a page says that it goes on behind the rows that were looked at.</summary>
    public bool GoesOn { get; init; } = true;
    public IReadOnlyList<StatementParameter> Parameters { get; init; } = [];
    public required Func<DbDataReader, T> Read { get; init; }

    /// <summary>Where a page that ends with this row goes on.</summary>
    public required Func<T, string> CursorOf { get; init; }

    public async Task<(IReadOnlyList<T> Rows, string? Next)> PageAsync(Reads reads, int size, CancellationToken cancellationToken)
    {
        var rows = await reads.QueryAsync(new Statement(Text(size + 1), [.. Parameters]), Read, cancellationToken);
        if (rows.Count > size)
            return ([.. rows.Take(size)], CursorOf(rows[size - 1]));
        if (Filters.Count == 0 || !GoesOn)
            return (rows, null);
        var last = await reads.QueryAsync(
            new Statement($"{Indexed} ORDER BY {Order} LIMIT 1 OFFSET {Window - 1}", [.. Parameters]),
            Read,
            cancellationToken
        );
        return (rows, last is [var end] ? CursorOf(end) : null);
    }

    private string Indexed => $"SELECT {Columns} FROM {Source} AS listed{All(Where)}";

    private string Text(int limit) =>
        Filters.Count == 0
            ? $"{Indexed} ORDER BY {Order} LIMIT {limit}"
            : $"SELECT {Columns} FROM (SELECT * FROM {Source} AS listed{All(Where)} ORDER BY {Order} LIMIT {Window}) AS listed{All(Filters)} "
                + $"ORDER BY {Order} LIMIT {limit}";

    private static string All(IReadOnlyList<string> conditions) =>
        conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
}

/// <summary>Two lists shown as one: what is urgent, then the rest.</summary>
internal static class Listing
{
    /// <param name="reads">Where to read.</param>
    /// <param name="urgent">Null when the page begins behind it.</param>
    /// <param name="rest">From its beginning, or from where the page begins.</param>
    /// <param name="restBegins">The cursor of the rest's beginning.</param>
    /// <param name="size">Rows of the page.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public static async Task<(IReadOnlyList<T> Rows, string? Next)> PageAsync<T>(
        Reads reads,
        Listing<T>? urgent,
        Listing<T> rest,
        string restBegins,
        int size,
        CancellationToken cancellationToken
    )
    {
        if (urgent is null)
            return await rest.PageAsync(reads, size, cancellationToken);
        var (first, next) = await urgent.PageAsync(reads, size, cancellationToken);
        if (next is not null || first.Count == size)
            return (first, next ?? restBegins);
        var (more, end) = await rest.PageAsync(reads, size - first.Count, cancellationToken);
        return ([.. first, .. more], end);
    }
}
