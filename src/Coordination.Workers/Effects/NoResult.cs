namespace Coordination.Workers;

/// <summary>What an effect returns that returns nothing.</summary>
internal readonly record struct NoResult;
