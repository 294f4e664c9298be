using System.Data.Common;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>Something that answers queries.</summary>
internal interface IQueries
{
    SqlDialect Dialect { get; }

    Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken = default);
}
