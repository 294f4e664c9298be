using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>What came of reading a body: a message that keeps every rule, or the reason it was refused.</summary>
public sealed record ContractReading
{
    /// <summary>The message; null when refused.</summary>
    public object? Message { get; init; }

    /// <summary>The contract it claims, when this build knows it.</summary>
    public ContractInfo? Contract { get; init; }

    /// <summary>The first problem's <see cref="ReasonCode"/>; null when accepted.</summary>
    public string? Reason => Problems.Count == 0 ? null : Problems[0].Code;

    /// <summary>Everything that is wrong; empty when accepted.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Whether there is a message to handle.</summary>
    public bool Ok => Message is not null;
}

/// <summary>What came of reading the envelope headers: an envelope, or everything that is wrong with them.</summary>
public sealed record EnvelopeReading
{
    /// <summary>The envelope; null when a header is missing or malformed.</summary>
    public Envelope? Envelope { get; init; }

    /// <summary>Everything that is wrong, code <see cref="ReasonCode.ContractInvalid"/>; empty when accepted.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Whether the envelope can be used.</summary>
    public bool Ok => Envelope is not null;
}
