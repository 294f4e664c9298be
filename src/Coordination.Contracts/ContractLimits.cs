namespace Coordination.Contracts;

/// <summary>How much of a body a receiver is willing to read.</summary>
public sealed record ContractLimits
{
    /// <summary>256 KB and 32 levels.</summary>
    public static ContractLimits Default { get; } = new();

    /// <summary>Largest body in bytes. Default 262,144.</summary>
    public int MaxBodyBytes { get; init; } = 256 * 1024;

    /// <summary>Deepest nesting of objects and arrays, 1 to 64. Default 32.</summary>
    public int MaxDepth { get; init; } = 32;
}
