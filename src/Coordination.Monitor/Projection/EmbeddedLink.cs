using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>SQLite: there is one process, so nobody else could keep the list.</summary>
internal sealed class EmbeddedLink(IUnitOfWorkFactory units) : IProjectionLink
{
    public SqlDialect Dialect => units.Dialect;

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        Statement statement,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken = default
    ) => units.QueryAsync(statement, read, cancellationToken);

    public async Task WriteAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        foreach (var statement in statements)
            work.Execute(statement);
        await work.CommitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
