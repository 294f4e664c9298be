using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Host.CommandLine;
using Coordination.Host.Runs;
using Coordination.Sagas.Consensus;

namespace Coordination.Host.Ballots;

/// <summary>
/// A ballot with its votes in a file: strict about its JSON and about what no rule could be applied to. Votes that only do not count are the rule's business,
/// and no fault of the file.
/// </summary>
internal sealed record BallotFile(Ballot Ballot, IReadOnlyList<Vote> Votes)
{
    private static readonly string[] Members = ["policy", "options", "domain", "flags", "electorate", "votes", "deadlinePassed"];
    private static readonly string[] ElectorMembers = ["voter", "family", "judged", "correct", "brier", "vetoDomains", "expertDomains"];
    private static readonly string[] VoteMembers = ["voter", "choice", "confidence", "veto", "at"];
    private static readonly string[] VetoMembers = ["reason", "evidence"];

    /// <exception cref="CommandFailure">It cannot be read or tallied; the message and the details have every fault with its place.</exception>
    public static async Task<BallotFile> ReadAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = file == "-" ? "standard input" : file;
        string text;
        try
        {
            text = file == "-" ? await terminal.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"The ballot cannot be read: {exception.Message}");
        }
        var problems = new List<Problem>();
        var ballot = Read(text, name, problems);
        return problems.Count == 0 ? ballot : throw PlanFile.Rejected(name, problems);
    }

    private static BallotFile Read(string text, string name, List<Problem> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var ballot = Read(new StrictObject(document.RootElement, "", "a ballot with its votes", Members, problems));
            // What a member that is already named as wrong would lead to is no fault of its own.
            var places = problems.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
            if (!places.Contains("file"))
                problems.AddRange(BallotCheck.Faults(ballot.Ballot).Where(fault => !places.Overlaps(CausesOf(fault.Path))));
            return ballot;
        }
        catch (JsonException exception)
        {
            var message = $"{name} is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.";
            Problem problem = new()
            {
                Code = ReasonCode.ContractInvalid,
                Path = "file",
                Message = message,
            };
            throw new CommandFailure(ExitCode.Usage, message, [problem]);
        }
    }

    private static BallotFile Read(StrictObject file) =>
        new(
            new Ballot
            {
                Rule = PolicyJson.RuleOf(file.Object("policy", "a policy", PolicyJson.RuleMembers)),
                Options = file.Texts("options"),
                Domain = file.Text("domain"),
                Flags = file.Texts("flags"),
                Electorate = [.. file.Objects("electorate", "an elector", ElectorMembers).Select(ElectorOf)],
                DeadlinePassed = file.Flag("deadlinePassed"),
            },
            [.. file.Objects("votes", "a vote", VoteMembers).Select(VoteOf)]
        );

    private static Elector ElectorOf(StrictObject elector) =>
        new()
        {
            Voter = elector.RequiredText("voter"),
            Family = elector.Text("family") ?? Elector.UnknownFamily,
            Judged = elector.Whole("judged", 0),
            Correct = elector.Whole("correct", 0),
            Brier = elector.OptionalNumber("brier"),
            VetoDomains = elector.Texts("vetoDomains"),
            ExpertDomains = elector.Texts("expertDomains"),
        };

    private static Vote VoteOf(StrictObject vote) =>
        new()
        {
            Voter = vote.RequiredText("voter"),
            Choice = vote.RequiredText("choice"),
            Confidence = vote.AnyNumber("confidence") ?? 1,
            Veto = vote.OptionalObject("veto", "a veto", VetoMembers) is { } veto
                ? new Veto(veto.Text("reason"), veto.Text("evidence"))
                : null,
            At = vote.Time("at"),
        };

    private static string[] CausesOf(string path) =>
        path == "policy.k" ? [path, "policy", "electorate"]
        : path.EndsWith(".correct", StringComparison.Ordinal) ? [path, path[..^".correct".Length] + ".judged"]
        : path.EndsWith(".voter", StringComparison.Ordinal) ? [path, path[..^".voter".Length]]
        : [path];
}
