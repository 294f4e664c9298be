using System.CommandLine;
using System.Globalization;
using Coordination.Host.CommandLine;

namespace Coordination.Host.DeadLetters;

/// <summary>What the commands on dead letters have in common.</summary>
internal static class LetterOptions
{
    public static Argument<long> Id() => new("ID") { Description = "Number of the dead letter, from `dead-letters list`." };

    public static Argument<long[]> Ids(ArgumentArity arity) =>
        new("ID") { Description = "Numbers of dead letters, from `dead-letters list`.", Arity = arity };

    public static (Option<string?> Reason, Option<Guid?> Run, Option<string?> Type) Filter() =>
        (
            new Option<string?>("--reason") { Description = "Only with this reason code.", HelpName = "CODE" },
            CommonOptions.Run(),
            new Option<string?>("--type") { Description = "Only messages of this contract, such as step.execute.v1.", HelpName = "TYPE" }
        );

    /// <summary>Kept with the letter: who decided.</summary>
    public static Option<string> By() =>
        new("--by")
        {
            Description = "Who decides, for the record; otherwise the user of this process.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Environment.UserName,
        };

    /// <summary>Letters a second.</summary>
    public static Option<double> Rate() =>
        new("--rate")
        {
            Description = "How many at most in a second (10/s) or a minute (30/m).",
            HelpName = "NUMBER/s",
            DefaultValueFactory = _ => 10,
            CustomParser = result =>
            {
                if (TryRate(result.Tokens is [var token] ? token.Value : "", out var perSecond))
                    return perSecond;
                result.AddError("--rate must be a number from 0.01 to 1000 a second, such as 10/s or 30/m.");
                return 0;
            },
        };

    /// <summary>Never was one, or somebody has decided already.</summary>
    public static CommandFailure NotOpen(long id) => new(ExitCode.NotFound, $"There is no open dead letter {id}.");

    /// <summary>Ids as long as a person can read them, otherwise how many.</summary>
    public static string Named(IReadOnlyList<long> ids) => ids.Count <= 20 ? string.Join(", ", ids) : $"{ids.Count} dead letters";

    internal static bool TryRate(string text, out double perSecond)
    {
        var seconds = text.EndsWith("/m", StringComparison.Ordinal) ? 60 : 1;
        var number = seconds == 60 || text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        perSecond = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value / seconds
            : 0;
        return perSecond is >= 0.01 and <= 1_000;
    }
}
