using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Bench.Measuring;

namespace Coordination.Bench.Report;

/// <summary>What was measured on one machine with one commit, in one run or in slices of one.</summary>
internal sealed record Results(Machine Machine, double Minutes, IReadOnlyList<Sample> Windows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The rounds of the other follow on these.</summary>
    /// <exception cref="FormatException">They cannot be compared.</exception>
    public Results Append(Results other)
    {
        // Load and date are readings, all else says what was measured and where.
        if (Machine with { LoadBefore = "", Date = "" } != other.Machine with { LoadBefore = "", Date = "" })
            throw new FormatException($"These were measured differently and cannot be merged:\n  {Machine}\n  {other.Machine}");
        var next = other.Windows.Select(window => window with { Round = window.Round + Rounds(window.Workload) });
        return new Results(Machine, Minutes + other.Minutes, [.. Windows, .. next]);
    }

    /// <summary>Rounds of a workload so far.</summary>
    public int Rounds(Workload workload) =>
        Windows.Where(window => window.Workload == workload).Select(window => window.Round).DefaultIfEmpty(0).Max();

    public static Results Read(string file)
    {
        using var stream = File.OpenRead(file);
        try
        {
            return JsonSerializer.Deserialize<Results>(stream, Json)!;
        }
        catch (JsonException e)
        {
            throw new FormatException($"{file} was not written by --json: {e.Message}", e);
        }
    }

    public void Write(string file)
    {
        using var stream = File.Create(file);
        JsonSerializer.Serialize(stream, this, Json);
    }
}
