using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>The right to keep the list, and the connection it is kept with: whoever loses the one has lost the other.</summary>
internal interface IProjectionLink : IQueries, IAsyncDisposable
{
    /// <summary>All of them or none. Need not outlive a crash of the database: what is lost is projected again.</summary>
    Task WriteAsync(IReadOnlyList<Statement> statements, CancellationToken cancellationToken);
}
