using Coordination.Host.Ballots;
using Coordination.Host.CommandLine;
using Coordination.Persistence;
using Coordination.Sagas.Consensus;
using Coordination.Sagas.Runs;
using Npgsql;

namespace Coordination.Host.Settings;

/// <summary>
/// Reads the settings: <c>appsettings.json</c> in the current folder, then environment variables, then the command line; the last one wins. Everything
/// that is wrong is reported at once, by the setting's name.
/// </summary>
internal static class SettingsReader
{
    public static IConfiguration Configuration(Terminal terminal, IEnumerable<(string Name, string? Value)> commandLine)
    {
        var builder = new ConfigurationBuilder();
        if (terminal.Folder is { } folder && File.Exists(Path.Combine(folder, "appsettings.json")))
        {
            try
            {
                var file = new ConfigurationBuilder().SetBasePath(folder).AddJsonFile("appsettings.json").Build();
                builder.AddConfiguration(file);
            }
            catch (Exception exception) when (exception is InvalidDataException or FormatException)
            {
                throw new CommandFailure(
                    ExitCode.Usage,
                    $"{Path.Combine(folder, "appsettings.json")} cannot be read: {Innermost(exception)}"
                );
            }
        }
        return builder
            .AddInMemoryCollection(
                terminal.Environment.Select(pair =>
                    KeyValuePair.Create(pair.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), pair.Value)
                )
            )
            .AddInMemoryCollection(
                commandLine.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Name, pair.Value))
            )
            .Build();
    }

    /// <exception cref="CommandFailure">Something needed is missing or malformed; the message lists every problem.</exception>
    public static HostSettings Read(IConfiguration configuration, Needs needs)
    {
        var problems = new List<string>();
        var settings = new HostSettings
        {
            Configuration = configuration,
            Urls = configuration[SettingNames.Urls] ?? HostSettings.DefaultUrls,
            LogFormat = configuration[SettingNames.LogFormat],
        };
        if (settings.LogFormat is not (null or "line" or "json"))
            problems.Add($"{SettingNames.LogFormat} (--log-format) is \"{settings.LogFormat}\": it may be line or json.");
        UnknownSettings(configuration, problems);
        Urls(settings.Urls, problems);
        Section<OutboxOptions>(configuration, SettingNames.Outbox, problems);
        Section<RunsOptions>(configuration, SettingNames.Runs, problems);
        Section<GuardOptions>(configuration, SettingNames.Guard, problems);
        settings = settings with { Monitor = Monitor(configuration, problems) };
        if (needs.HasFlag(Needs.Broker) && configuration[SettingNames.ConsensusFile] is { Length: > 0 } consensus)
            problems.AddRange(
                ConsensusFile.Read(consensus, new ConsensusOptions()).Select(fault => $"{SettingNames.ConsensusFile}: {fault}")
            );
        if (needs.HasFlag(Needs.Database))
            settings = settings with { Database = Database(configuration, problems) };
        if (needs.HasFlag(Needs.Broker) && Broker(configuration, problems) is (var address, var uri))
            settings = settings with { Broker = address, BrokerUri = uri };
        return problems.Count == 0 ? settings : throw new CommandFailure(ExitCode.Usage, string.Join('\n', problems), [.. problems]);
    }

    private static void UnknownSettings(IConfiguration configuration, List<string> problems)
    {
        foreach (var child in configuration.GetSection(SettingNames.Section).GetChildren())
        {
            if (!SettingNames.All.Contains(child.Path, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path} is no setting of this program. Known are {string.Join(", ", SettingNames.All)}.");
        }
    }

    // Whether the values are in range is checked where they are used; here: do they exist, and can they be read?
    private static void Section<TOptions>(IConfiguration configuration, string name, List<string> problems)
        where TOptions : new()
    {
        var known = typeof(TOptions).GetProperties().Select(property => property.Name).ToList();
        foreach (var child in configuration.GetSection(name).GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path} is no setting of this program. Known are {string.Join(", ", known)}.");
        }
        try
        {
            configuration.GetSection(name).Bind(new TOptions());
        }
        catch (InvalidOperationException exception)
        {
            // The binder names the setting and the type it wanted.
            problems.Add(exception.Message);
        }
    }

    private static MonitorSettings Monitor(IConfiguration configuration, List<string> problems)
    {
        Section<MonitorSettings>(configuration, SettingNames.Monitor, problems);
        Section<OidcSettings>(configuration, $"{SettingNames.Monitor}:{nameof(MonitorSettings.Oidc)}", problems);
        var settings = new MonitorSettings();
        try
        {
            configuration.GetSection(SettingNames.Monitor).Bind(settings);
        }
        catch (InvalidOperationException)
        {
            // Said above.
        }
        if (string.IsNullOrWhiteSpace(settings.AllowAnonymous))
            settings.AllowAnonymous = null;
        problems.AddRange(settings.Faults(SettingNames.Monitor));
        return settings;
    }

    private static void Urls(string urls, List<string> problems)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var readable = url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(readable, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                problems.Add(
                    $"{SettingNames.Urls} (--urls) holds \"{url}\": expected http://address:port, for example {HostSettings.DefaultUrls}."
                );
        }
    }

    private static NpgsqlConnectionStringBuilder? Database(IConfiguration configuration, List<string> problems)
    {
        const string Form = "Expected \"Host=...;Database=...;Username=...;Password=...\".";
        var text = configuration[SettingNames.Database];
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add($"{SettingNames.Database} is missing: give --database or set Coordination__Database. {Form}");
            return null;
        }
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException exception)
        {
            // Npgsql's message names the keyword or the position; a value it cannot convert might be a secret in the wrong place.
            var why = exception.Message.Contains("Keyword", StringComparison.Ordinal) ? $" {exception.Message}" : "";
            problems.Add($"{SettingNames.Database} cannot be read.{why} {Form}");
            return null;
        }
        if (string.IsNullOrWhiteSpace(connection.Host))
            problems.Add($"{SettingNames.Database} names no Host. {Form}");
        if (PasswordFile(configuration, SettingNames.DatabasePasswordFile, problems) is { } password)
        {
            if (!string.IsNullOrEmpty(connection.Password))
                problems.Add($"{SettingNames.Database} and {SettingNames.DatabasePasswordFile} both give a password: keep one.");
            connection.Password = password;
        }
        // "Application Name" lets a database administrator see whose connection it is.
        connection.ApplicationName ??= "coordination";
        return connection;
    }

    private static (BrokerAddress Address, string Uri)? Broker(IConfiguration configuration, List<string> problems)
    {
        var text = configuration[SettingNames.Broker];
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add(
                $"{SettingNames.Broker} is missing: give --broker or set Coordination__Broker. Expected amqp://user:password@host:5672/vhost."
            );
            return null;
        }
        BrokerAddress address;
        try
        {
            address = BrokerAddress.Parse(text);
        }
        catch (FormatException exception)
        {
            problems.Add(exception.Message);
            return null;
        }
        if (PasswordFile(configuration, SettingNames.BrokerPasswordFile, problems) is { } password)
        {
            if (!string.IsNullOrEmpty(address.Password) && text.Contains('@', StringComparison.Ordinal))
                problems.Add($"{SettingNames.Broker} and {SettingNames.BrokerPasswordFile} both give a password: keep one.");
            address = address with { Password = password };
        }
        return (address, WithPassword(address));
    }

    private static string WithPassword(BrokerAddress address) =>
        $"{(address.Tls ? "amqps" : "amqp")}://{Uri.EscapeDataString(address.User)}:{Uri.EscapeDataString(address.Password)}@"
        + $"{string.Join(',', address.Nodes)}/{(address.VirtualHost == "/" ? "" : Uri.EscapeDataString(address.VirtualHost))}";

    private static string? PasswordFile(IConfiguration configuration, string setting, List<string> problems)
    {
        if (configuration[setting] is not { Length: > 0 } path)
            return null;
        try
        {
            var password = File.ReadAllText(path).TrimEnd('\r', '\n');
            if (password.Length > 0)
                return password;
            problems.Add($"{setting} names {path}, which is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{setting} names {path}, which cannot be read: {exception.Message}");
        }
        return null;
    }

    private static string Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception.Message;
}
