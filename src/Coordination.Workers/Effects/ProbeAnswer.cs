namespace Coordination.Workers;

/// <summary>What the target says about an effect whose end is not known.</summary>
/// <typeparam name="T">What the effect returns.</typeparam>
public abstract record ProbeAnswer<T>
{
    private ProbeAnswer() { }

    /// <summary>It was done, with this result; it is not done again.</summary>
    public sealed record Happened(T Result) : ProbeAnswer<T>;

    /// <summary>It was not done and will not be; it may be done now.</summary>
    public sealed record DidNotHappen : ProbeAnswer<T>;

    /// <summary>The target cannot say (yet).</summary>
    public sealed record Unknown : ProbeAnswer<T>;
}
