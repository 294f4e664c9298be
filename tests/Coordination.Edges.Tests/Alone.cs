namespace Coordination.Edges.Tests;

/// <summary>Tests that measure a rate or a gap, or start servers of their own, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}
