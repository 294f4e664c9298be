using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Coordination.Host.CommandLine;

/// <summary>Writes a command's result: one JSON document for machines, else tables and lines for people.</summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Terminal terminal;

    public Output(Terminal terminal, bool json)
    {
        this.terminal = terminal;
        Json = json;
        Console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = terminal.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = terminal.IsInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = terminal.IsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
                Out = new AnsiConsoleOutput(terminal.Out),
            }
        );
        // Piped into a file or another program there is no width to keep to: nothing is wrapped.
        if (!terminal.IsInteractive)
            Console.Profile.Width = 1_000;
    }

    public bool Json { get; }

    public bool IsInteractive => terminal.IsInteractive && !Json;

    public IAnsiConsole Console { get; }

    /// <summary>Shows a result, once per command.</summary>
    public void Show<T>(T value, Action<T> human)
    {
        if (Json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));
        else
            human(value);
    }

    /// <summary>A line for a person on standard output; nothing with <c>--json</c>.</summary>
    public void Line(string text)
    {
        if (!Json)
            terminal.Out.WriteLine(Harmless.Of(text));
    }

    /// <summary>A line about what is going on, on standard error, so that standard output keeps the result alone.</summary>
    public void Note(string text) => terminal.Error.WriteLine(Harmless.Of(text));

    public void Failure(CommandFailure failure)
    {
        terminal.Error.WriteLine(Harmless.Of(failure.Message));
        if (Json)
        {
            var error = new
            {
                error = new
                {
                    exitCode = failure.Code,
                    message = failure.Message,
                    details = failure.Details,
                },
            };
            terminal.Out.WriteLine(JsonSerializer.Serialize(error, JsonOptions));
        }
    }

    /// <summary>Shows a table and says so when it is empty or cut.</summary>
    public void Table(Table table, int rows, int limit, string what)
    {
        if (rows == 0)
            Line($"No {what}.");
        else
            Console.Write(table);
        if (rows == limit)
            Note($"The first {limit} are shown; --limit shows more.");
    }

    /// <summary>A plain table whose cells are text, never markup.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))) { NoWrap = true });
        table.Columns[^1].NoWrap = false;
        return table;
    }

    public static string When(DateTimeOffset? time) =>
        time is { } moment ? moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "";
}

internal static class TableRows
{
    public static void AddTextRow(this Table table, params string?[] cells) =>
        table.AddRow(cells.Select(cell => new Text(Harmless.Of(cell ?? ""))));
}
