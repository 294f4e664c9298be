namespace Coordination.Workers;

/// <summary>
/// Attempts whose owners have vanished more than once: one of them may be what ends its process. Each process carries out one at a time, so that the
/// others, which only ran beside it, come to their end instead of counting its crashes as theirs.
/// </summary>
internal sealed class Suspects
{
    private int busy;

    /// <summary>False when one is being carried out here.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref busy, 1, 0) == 0;

    public void Leave() => Volatile.Write(ref busy, 0);
}
