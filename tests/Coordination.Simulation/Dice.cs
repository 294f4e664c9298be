namespace Coordination.Simulation;

/// <summary>All chance of a run, from one seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    /// <summary>True with the given probability.</summary>
    public bool Falls(double probability) => probability > 0 && random.NextDouble() < probability;

    public int Between(int from, int to) => random.Next(from, to + 1);

    public double Fraction() => random.NextDouble();

    public TimeSpan Between(TimeSpan from, TimeSpan to) =>
        TimeSpan.FromMilliseconds(Between((int)from.TotalMilliseconds, (int)to.TotalMilliseconds));

    public T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    /// <summary>An id that is the same in every run of the seed.</summary>
    public Guid Id()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
