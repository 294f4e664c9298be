using System.CommandLine;

namespace Coordination.Host.CommandLine;

/// <summary>Options several lists take.</summary>
internal static class CommonOptions
{
    public static Option<Guid?> Run() => new("--run") { Description = "Only of this run.", HelpName = "RUN-ID" };

    public static Option<int> Limit() =>
        new("--limit")
        {
            Description = "Lines at most, 1 to 10000.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 50,
            Validators =
            {
                result =>
                {
                    if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 10_000)
                        result.AddError("--limit must be from 1 to 10000.");
                },
            },
        };
}
