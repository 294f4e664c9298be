using System.CommandLine;
using System.Text.Json.Serialization;
using Coordination.Host.CommandLine;
using Coordination.Sagas.Consensus;

namespace Coordination.Host.Ballots;

/// <summary><c>ballots</c>: where voters decide, and what a policy makes of votes.</summary>
internal static class BallotsCommand
{
    public static Command Build(Terminal terminal) =>
        new("ballots", "Show ballots, answer those that wait for a person, verify records, try policies on votes.")
        {
            BallotViews.List(terminal),
            BallotViews.Show(terminal),
            AnswerCommand.Build(terminal),
            AnswerCommand.Report(terminal),
            VerifyCommand.Build(terminal),
            Simulate(terminal),
        };

    private static Command Simulate(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Policy, electorate and votes as JSON; - reads standard input." };
        var command = new Command("simulate", "Apply a policy to votes and say what comes out and why. Needs no server.")
        {
            file,
        }.WithExamples(
            "coordination ballots simulate last-week.json",
            "coordination ballots simulate last-week.json --json | jq .outcome",
            """echo '{ "options": ["refund", "review"],""",
            """        "electorate": [{ "voter": "a" }, { "voter": "b" }, { "voter": "c", "expertDomains": ["fraud"] }],""",
            """        "flags": ["fraud"],""",
            """        "votes": [{ "voter": "a", "choice": "refund" }, { "voter": "b", "choice": "refund" }, { "voter": "c", "choice": "review" }]""",
            """      }' | coordination ballots simulate -""",
            "",
            "The policy of that ballot is the default, { \"rule\": \"majority\" }. Rules: " + string.Join(", ", PolicyJson.Rules.Keys) + "."
        );
        Invocation.Attach(
            command,
            terminal,
            async (invocation, cancellationToken) =>
            {
                var (ballot, votes) = await BallotFile.ReadAsync(invocation.Arguments.GetValue(file)!, terminal, cancellationToken);
                var result = Tally.Decide(ballot, votes);
                for (var i = 0; i < votes.Count; i++)
                {
                    if (!CountedVotes.IsValid(result.Treatments[i]))
                        invocation.Output.Note($"votes[{i}]: {Reasons.Remark(ballot, votes[i], result.Treatments[i])}");
                }
                invocation.Output.Show(SimulatedBallot.Of(ballot, result), simulated => Print(ballot, simulated, invocation.Output));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static void Print(Ballot ballot, SimulatedBallot simulated, Output output)
    {
        output.Line(simulated.Option is { } option ? $"{simulated.Outcome}: {option}" : simulated.Outcome);
        var unit = ballot.Rule.Kind == QuorumKind.Weighted ? "weight" : "heads";
        var table = Output.Table("option", unit, "of " + $"{simulated.ElectorateWeight:0.###}");
        foreach (var (name, amount) in simulated.Tally)
        {
            var share = simulated.ElectorateWeight > 0 ? 100 * amount / simulated.ElectorateWeight : 0;
            table.AddTextRow(name, $"{amount:0.###}", $"{share:0.0} %");
        }
        output.Table(table, simulated.Tally.Count, int.MaxValue, "option");
        for (var i = 0; i < simulated.Explanation.Count; i++)
            output.Line($"{i + 1, 2}  {simulated.Explanation[i]}");
    }
}

/// <summary>What became of a ballot. Scripts read these members.</summary>
internal sealed record SimulatedBallot(
    string Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Option,
    IReadOnlyDictionary<string, double> Tally,
    double ElectorateWeight,
    IReadOnlyList<string> Explanation
)
{
    /// <summary>With the options in the ballot's order.</summary>
    public static SimulatedBallot Of(Ballot ballot, TallyResult result) =>
        new(
            BallotJson.NameOf(result.Outcome),
            result.Option,
            new OrderedDictionary<string, double>(ballot.Options.Select(option => KeyValuePair.Create(option, result.Tally[option]))),
            result.ElectorateWeight,
            result.Explanation
        );
}
