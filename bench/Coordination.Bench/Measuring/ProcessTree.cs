using System.Globalization;

namespace Coordination.Bench.Measuring;

/// <summary>Processor time of a process and all its descendants, from Linux' /proc.</summary>
internal static class ProcessTree
{
    public const double SecondsPerTick = 0.01; // USER_HZ is 100 on every Linux that .NET runs on.

    /// <summary>Seconds used so far, those of ended children included; null when the process cannot be seen from here.</summary>
    public static double? CpuSeconds(int? root)
    {
        if (root is not { } pid || !Directory.Exists($"/proc/{pid}"))
            return null;
        var parents = new Dictionary<int, int>();
        var ticks = new Dictionary<int, long>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } process)
                (parents[id], ticks[id]) = process;
        }
        return ticks.Where(process => IsBelow(process.Key)).Sum(process => process.Value) * SecondsPerTick;

        bool IsBelow(int id)
        {
            while (id != pid)
            {
                if (!parents.TryGetValue(id, out id) || id == 0)
                    return false;
            }
            return true;
        }
    }

    private static (int Parent, long Ticks)? Read(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            // The name in brackets may hold spaces. After it: state, parent; the 12th to 15th are user, system, and those of reaped children.
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), ticks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It ended while the folder was read.
        }
    }
}
