using System.Text.Json.Nodes;

namespace Coordination.Contracts.Gate;

/// <summary>A contract as the code has it now.</summary>
public sealed record CurrentContract(string Id, int Minor, JsonNode Schema);

/// <summary>A schema that was published and must stay true.</summary>
public sealed record PublishedSchema(string Id, int Minor, JsonNode Schema);

/// <summary>Whether the contracts in the code keep what was published. Each sentence names contract, member and rule.</summary>
public static class ContractGate
{
    private const string HowToAccept = "dotnet build tests/Coordination.Contracts.Gate -p:AcceptContractChanges=true";

    public static IReadOnlyList<string> Check(IReadOnlyList<CurrentContract> current, IReadOnlyList<PublishedSchema> published)
    {
        var errors = new List<string>();
        foreach (var contract in current)
        {
            var latest = published.Where(schema => schema.Id == contract.Id).MaxBy(schema => schema.Minor);
            errors.AddRange(
                latest is null ? [$"{contract.Id}: has no published schema. Write it with: {HowToAccept}"] : Against(latest, contract)
            );
        }

        errors.AddRange(
            published
                .Select(schema => schema.Id)
                .Distinct()
                .Except(current.Select(contract => contract.Id))
                .Select(id => $"{id}: was published and is no longer in ContractCatalog. Keep its type until its major is retired.")
        );
        return errors;
    }

    private static IEnumerable<string> Against(PublishedSchema latest, CurrentContract contract)
    {
        var differences = SchemaDiff.Compare(latest.Schema, contract.Schema);
        foreach (var difference in differences.Where(difference => difference.Breaks))
        {
            yield return $"{contract.Id}: {difference.Path} {difference.Rule}. That breaks minor {latest.Minor}: make it a new type with the next major.";
        }

        foreach (var difference in differences.Where(difference => !difference.Breaks && contract.Minor <= latest.Minor))
        {
            yield return $"{contract.Id}: {difference.Path} {difference.Rule}, but the minor version is still {contract.Minor}. Raise it to {latest.Minor + 1}.";
        }

        if (contract.Minor < latest.Minor)
        {
            yield return $"{contract.Id}: minor version {contract.Minor} is older than the published {latest.Minor}.";
        }

        if (contract.Minor > latest.Minor)
        {
            yield return $"{contract.Id}: minor version {contract.Minor} has no published schema. Write it with: {HowToAccept}";
        }
    }
}
