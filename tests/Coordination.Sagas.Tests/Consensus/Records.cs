using System.Text.Json.Nodes;
using Coordination.Sagas.Consensus;

namespace Coordination.Sagas.Tests.Consensus;

/// <summary>Records in the hands of somebody who may write the tables and compute hashes too.</summary>
internal static class Records
{
    /// <summary>The texts as a record, with numbers left as they are and every hash computed anew.</summary>
    public static (string Text, string Hash)[] Chained(IEnumerable<string> texts)
    {
        var hash = BallotRecord.Start;
        return [.. texts.Select(text => (text, hash = BallotRecord.Hash(hash, text)))];
    }

    /// <summary>The lines as a record, numbered and chained anew.</summary>
    public static (string Text, string Hash)[] Forged(IEnumerable<BallotRecord> lines) =>
        Chained(lines.Select((line, i) => (line with { Seq = i + 1 }).ToText()));

    /// <summary>The ballot's record with lines changed.</summary>
    public static (string Text, string Hash)[] Changed(this BallotScript ballot, Func<BallotRecord, BallotRecord> change) =>
        Chained(ballot.Record.Select(line => change(line).ToText()));

    /// <summary>The line without the members that lines did not have before records were replayed.</summary>
    public static string InTheOlderForm(string text)
    {
        var line = JsonNode.Parse(text)!.AsObject();
        line.Remove("cancel");
        line.Remove("report");
        line["vote"]?.AsObject().Remove("fromHere");
        return line.ToJsonString();
    }
}
