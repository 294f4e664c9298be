using System.Globalization;

namespace Coordination.Bench;

internal static class Tuning
{
    /// <summary>A number from the environment, to try other values than the best known.</summary>
    public static int Read(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
