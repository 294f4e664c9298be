using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Host.CommandLine;
using Coordination.Sagas.Runs;

namespace Coordination.Host.Runs;

/// <summary>
/// Reads a plan and judges it before anything is sent: its JSON by the same rules the host reads messages with, then the graph. Whether the agent
/// types exist is for the host to say.
/// </summary>
internal static class PlanFile
{
    public static async Task<RunPlan> ReadAsync(string file, Terminal terminal, string requester, CancellationToken cancellationToken)
    {
        var text = file == "-" ? await terminal.In.ReadToEndAsync(cancellationToken) : await FromDiskAsync(file, cancellationToken);
        var name = file == "-" ? "standard input" : file;
        var (plan, problems) = Read(text, name, requester);
        return plan is not null && problems.Count == 0 ? plan : throw Rejected(name, problems);
    }

    /// <summary>One line a problem; details carry them for machines.</summary>
    public static CommandFailure Rejected(string what, IReadOnlyList<Problem> problems, int exitCode = ExitCode.Usage) =>
        new(exitCode, $"{what}: {problems.Count} problem(s)\n" + string.Join('\n', problems.Select(Line)), problems);

    // The contracts' messages begin with the path, the graph's do not.
    private static string Line(Problem problem) =>
        problem.Message.StartsWith(problem.Path, StringComparison.Ordinal)
            ? $"  {problem.Code}  {problem.Message}"
            : $"  {problem.Code}  {problem.Path}: {problem.Message}";

    private static (RunPlan? Plan, IReadOnlyList<Problem> Problems) Read(string text, string name, string requester)
    {
        JsonElement plan;
        try
        {
            // The contract reader below sees the plan inside a message; only here the line of a JSON fault is the file's own.
            using var document = JsonDocument.Parse(text);
            plan = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"{name} is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."
            );
        }
        var contract = ContractCatalog.For<SubmitRun>();
        var message = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                runId = Guid.NewGuid(),
                plan,
                requester,
            }
        );
        var reading = ContractReader.Read(contract.Id, $"{contract.Minor}", message, ContractLimits.Default);
        if (reading.Ok)
            return Judge(((SubmitRun)reading.Message!).Plan, []);
        // A plan whose JSON has the right shape is looked at as a graph too: one submission shows all there is to mend.
        return Shaped(plan) is { } shaped ? Judge(shaped, reading.Problems) : (null, reading.Problems);
    }

    private static (RunPlan Plan, IReadOnlyList<Problem> Problems) Judge(RunPlan plan, IReadOnlyList<Problem> found)
    {
        var places = found.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        var more = PlanCheck.Check(plan, AgentTypes(plan), new RunLimits()).Where(problem => !places.Contains(problem.Path));
        return (plan, [.. found, .. more]);
    }

    private static RunPlan? Shaped(JsonElement plan)
    {
        try
        {
            return plan.Deserialize<RunPlan>(ContractJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HashSet<string> AgentTypes(RunPlan plan) =>
        [.. plan.Steps.SelectMany(step => new[] { step.AgentType, step.Compensation?.AgentType }).OfType<string>()];

    private static async Task<string> FromDiskAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"The plan cannot be read: {exception.Message}");
        }
    }
}
