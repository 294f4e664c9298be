using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coordination.Contracts.Gate;

/// <summary>The committed files of the contracts: <c>Schemas/run.submit.v1.0.json</c> and <c>Samples/run.submit.v1.0.json</c>.</summary>
public sealed class PublishedContracts(string root)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Root { get; } = Path.GetFullPath(root);

    public IReadOnlyList<PublishedSchema> Schemas() =>
        [.. Files("Schemas").Select(file => new PublishedSchema(file.Id, file.Minor, file.Content))];

    public IReadOnlyList<PublishedSample> Samples() =>
        [
            .. Files("Samples")
                .SelectMany(file =>
                    file.Content.AsObject().Select(sample => new PublishedSample(file.Id, file.Minor, sample.Key, sample.Value!))
                ),
        ];

    /// <summary>Adds files that are not there. What was published is never rewritten.</summary>
    public void WriteMissing(IEnumerable<CurrentContract> contracts)
    {
        foreach (var contract in contracts)
        {
            WriteNew("Schemas", contract, contract.Schema);
            var info = ContractCatalog.Find(contract.Id)!;
            var samples = new JsonObject();
            foreach (var (name, message) in SampleMessages.Of(info.Type))
            {
                samples[name] = JsonNode.Parse(ContractJson.Serialize(message));
            }

            WriteNew("Samples", contract, samples);
        }
    }

    private void WriteNew(string folder, CurrentContract contract, JsonNode content)
    {
        var path = Path.Combine(Root, folder, $"{contract.Id}.{contract.Minor}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, content.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n");
        }
    }

    private IEnumerable<(string Id, int Minor, JsonNode Content)> Files(string folder)
    {
        var directory = Path.Combine(Root, folder);
        if (!Directory.Exists(directory))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var mark = name.LastIndexOf('.');
            yield return (
                name[..mark],
                int.Parse(name[(mark + 1)..], CultureInfo.InvariantCulture),
                JsonNode.Parse(File.ReadAllText(path))!
            );
        }
    }
}
