using System.Collections.Immutable;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Sagas.Consensus;

/// <summary>What voters are asked in a round. Pure: the same for every voter but for the name and the time that is left.</summary>
internal static class BallotQuestion
{
    // A message takes 256 KB; the arguments of a debate get what the rest leaves, less some room.
    private const int MostBytes = 240 * 1024;

    public static RequestVote Of(BallotState ballot, string voter, DateTimeOffset now)
    {
        var opening = ballot.Opening;
        var request = new RequestVote
        {
            BallotId = opening.BallotId,
            Round = ballot.Round,
            Voter = voter,
            Question = opening.Question,
            Subject = opening.Subject,
            Options = opening.Options,
            Domain = opening.Domain,
            Flags = opening.Flags.IsEmpty ? null : opening.Flags,
            Evidence = opening.Evidence.IsEmpty ? null : opening.Evidence,
            TimeoutMs = Math.Max(1, (long)((ballot.EndsAt ?? now) - now).TotalMilliseconds),
        };
        var arguments = Arguments(ballot, MostBytes - Size(request));
        return arguments.IsEmpty ? request : request with { Arguments = arguments };
    }

    /// <summary>Bytes of a request without a debate: more than a message takes cannot be asked.</summary>
    public static int Size(RequestVote request) => ContractJson.Serialize(request).Length;

    /// <summary>Whether the question without a debate fits into a message.</summary>
    public static bool Fits(RequestVote request) => Size(request) <= MostBytes;

    // Sorted by what was said, so that their order does not tell who said it; whole where there is room, else without evidence, else only the choice.
    private static ImmutableArray<BallotArgument> Arguments(BallotState ballot, int room)
    {
        var said = ballot
            .Votes.Where(v => v.Round == ballot.Round - 1 && !Vote.IsAbstention(v.Choice))
            .OrderBy(v => v.Choice, StringComparer.Ordinal)
            .ThenBy(v => v.Rationale, StringComparer.Ordinal)
            .ToArray();
        var arguments = ImmutableArray.CreateBuilder<BallotArgument>(said.Length);
        foreach (var (vote, i) in said.Select((vote, i) => (vote, i)))
        {
            var share = room / (said.Length - i);
            var whole = new BallotArgument
            {
                Choice = vote.Choice,
                Rationale = vote.Rationale,
                Evidence = vote.Evidence.IsEmpty ? null : vote.Evidence,
            };
            var argument =
                Size(whole) <= share ? whole
                : whole with { Evidence = null } is var shorter && Size(shorter) <= share ? shorter
                : new BallotArgument { Choice = vote.Choice };
            arguments.Add(argument);
            room -= Size(argument);
        }
        return arguments.ToImmutable();
    }

    // A comma and quotes more; every character at its longest escape is counted by the serializer itself.
    private static int Size(BallotArgument argument) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(argument, BallotJson.Default.BallotArgument).Length + 16;
}
