using System.Data.Common;

namespace Coordination.Persistence;

/// <summary>
/// How rows that are changed under a version check are read by their key. One instance per table and program: requests for the same instance are answered
/// by one query.
/// </summary>
/// <param name="Many">A query of the rows whose key is in <c>@ids</c> (<see cref="SqlDialect.AnyOf"/>); its first column is the key.</param>
/// <param name="Locked">A query of the row whose key is <c>@id</c>, held until the end of the transaction; the same columns.</param>
/// <param name="Read">Makes an object of a row.</param>
public sealed record KeyedRead<T>(string Many, string Locked, Func<DbDataReader, T> Read)
    where T : class
{
    /// <summary>Makes a copy that shares nothing that can change; without it a row is never handed on (<see cref="IUnitOfWork.HandOn"/>).</summary>
    public Func<T, T>? Copy { get; init; }
}
