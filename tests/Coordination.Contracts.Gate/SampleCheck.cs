using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Coordination.Contracts.Gate;

/// <summary>A message somebody may have sent with this version of the contract.</summary>
public sealed record PublishedSample(string Id, int Minor, string Name, JsonNode Body);

/// <summary>Messages of every published version must still be read, and at least a minimal and a full one of each is kept.</summary>
public static class SampleCheck
{
    private static readonly string[] Kinds = ["minimal", "full"];

    public static IReadOnlyList<string> Check(IReadOnlyList<ContractInfo> contracts, IReadOnlyList<PublishedSample> samples)
    {
        var errors = new List<string>();
        foreach (var contract in contracts)
        {
            errors.AddRange(
                Kinds
                    .Where(kind =>
                        !samples.Any(sample => sample.Id == contract.Id && sample.Minor == contract.Minor && sample.Name == kind)
                    )
                    .Select(kind => $"{contract.Id}: there is no {kind} sample of minor version {contract.Minor} in Samples.")
            );
        }

        foreach (var sample in samples)
        {
            var minor = sample.Minor.ToString(CultureInfo.InvariantCulture);
            var reading = ContractReader.Read(sample.Id, minor, Encoding.UTF8.GetBytes(sample.Body.ToJsonString()), ContractLimits.Default);
            errors.AddRange(
                reading.Problems.Select(problem =>
                    $"{sample.Id}: the {sample.Name} sample of minor version {minor} is refused: {problem.Message}"
                )
            );
        }

        return errors;
    }
}
