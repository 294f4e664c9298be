using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>How one kind of operation is carried out on one target: look, then do with the commit of a unit of work.</summary>
internal abstract class OperationAct
{
    public abstract string Kind { get; }

    /// <summary>What the target is and what would be done. Reads only.</summary>
    public abstract Task<ActLook> LookAsync(
        OperationTarget target,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Adds what is to be done to a unit of work whose commit also writes the operation and its audit. What <paramref name="look"/> relied on is guarded by the
    /// statements themselves, or judged again by whoever receives the message.
    /// </summary>
    /// <returns>What was done, in words.</returns>
    public abstract ValueTask<string> DoAsync(
        IUnitOfWork work,
        ActLook look,
        OperationRequest request,
        Viewer viewer,
        CancellationToken cancellationToken
    );

    protected static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, MonitorJson.Options);
}

/// <summary>One target, looked at.</summary>
/// <param name="Name">In words.</param>
/// <param name="Href">Its page, below the prefix.</param>
/// <param name="Will">What would be done, in words.</param>
internal sealed record ActLook(string Name, string? Href, string Will)
{
    public Guid? RunId { get; init; }

    /// <summary>Why nothing can be done to it; null: it can be done.</summary>
    public string? Refusal { get; init; }
    public IReadOnlyList<BodyProblem> Problems { get; init; } = [];
    public IReadOnlyList<DiffLine>? Diff { get; init; }
    public JsonElement? Before { get; init; }
    public JsonElement? After { get; init; }

    /// <summary>What the act needs to know again when it does it.</summary>
    public object? Known { get; init; }
}
