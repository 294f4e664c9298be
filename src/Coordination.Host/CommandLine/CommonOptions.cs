using System.CommandLine;

namespace Coordination.Host.CommandLine;

/// <summary>Options several lists take.</summary>
internal static class CommonOptions
{
    public static Option<Guid?> Run() => new("--run") { Description = "Only of this run.", HelpName = "RUN-ID" };

    public static Option<int> Limit() =>
        new Option<int>("--limit")
        {
            Description = "Lines at most, 1 to 10000.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 50,
        }.Within(1, 10_000, "--limit must be from 1 to 10000.");

    /// <summary>Refuses numbers out of range; what is no number the parser refuses itself.</summary>
    public static Option<T> Within<T>(this Option<T> option, double least, double most, string otherwise)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && double.TryParse(token.Value, out var value) && (value < least || value > most))
                result.AddError(otherwise);
        });
        return option;
    }
}
