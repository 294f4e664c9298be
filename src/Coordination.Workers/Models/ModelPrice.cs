namespace Coordination.Workers;

/// <summary>What a model costs, in millionths of a US dollar per million tokens: $3 per million is 3,000,000.</summary>
/// <param name="InputPerMillion">For a million tokens read.</param>
/// <param name="OutputPerMillion">For a million tokens written.</param>
public sealed record ModelPrice(long InputPerMillion, long OutputPerMillion)
{
    internal long Of(long input, long output) =>
        (long)Math.Round(((decimal)input * InputPerMillion + (decimal)output * OutputPerMillion) / 1_000_000m);
}
