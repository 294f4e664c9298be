using System.Collections.Immutable;
using System.Text.Json;

namespace Coordination.Sagas.Consensus;

/// <summary>
/// Verifies a ballot from its record alone: the chain of hashes says that no line was changed, and <see cref="BallotReplay"/> that every line is the one the rules
/// write after those before it. Pure.
/// </summary>
public static class BallotAudit
{
    /// <summary>What does not hold; empty when everything does.</summary>
    /// <param name="lines">Text and hash of every line, in order.</param>
    /// <param name="lastHash">The hash kept in the ballot's row, which a cut-off record does not reach; null where it is not known.</param>
    public static ImmutableArray<string> Faults(IReadOnlyList<(string Text, string Hash)> lines, string? lastHash = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var records = new List<(BallotRecord Record, string Text)>(lines.Count);
        var hash = BallotRecord.Start;
        foreach (var (line, i) in lines.Select((line, i) => (line, i)))
        {
            hash = BallotRecord.Hash(hash, line.Text);
            if (hash != line.Hash)
                return [$"line {i + 1}: the text or a line before it was changed: its hash is another."];
            try
            {
                records.Add((BallotRecord.Parse(line.Text), line.Text));
            }
            catch (JsonException)
            {
                return [$"line {i + 1}: cannot be read."];
            }
        }
        var faults = ImmutableArray.CreateBuilder<string>();
        if (lastHash is not null && hash != lastHash)
            faults.Add($"the record ends with line {lines.Count}; the ballot's row knows of another last line.");
        faults.AddRange(new BallotReplay(records).Run());
        return faults.ToImmutable();
    }
}
