using Coordination.Host.CommandLine;
using Coordination.Host.Serving;
using Coordination.Host.Settings;
using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Host.Tests;

public sealed class When_settings_are_read : IDisposable
{
    private const string Secret = "s3cret-word";
    private readonly string folder = Directory.CreateTempSubdirectory("coordination-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("host", "Coordination:Broker is missing", "Coordination:Database is missing")]
    [InlineData("migrate", "Coordination:Database is missing", "--database")]
    [InlineData("runs list", "Coordination:Database is missing", "Coordination__Database")]
    [InlineData("host --broker http://x --database Host=x", "amqp://user:password@host:5672/vhost", "Coordination:Broker")]
    [InlineData("host --broker amqp://x --database Nothing=x", "Coordination:Database cannot be read", "Host=...")]
    [InlineData("host --broker amqp://x --database Database=x", "Coordination:Database names no Host", "Host=...")]
    [InlineData("host --broker amqp://x --database Host=x --urls 8080", "Coordination:Urls (--urls) holds \"8080\"", "http://")]
    public async Task What_is_missing_or_malformed_is_named(string line, string first, string second)
    {
        var typed = await Typed.RunAsync(line.Split(' '));

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(first);
        typed.Error.ShouldContain(second);
    }

    [Fact]
    public async Task Every_problem_is_named_at_once()
    {
        var typed = await Typed.RunAsync(
            new(StringComparer.OrdinalIgnoreCase)
            {
                ["Coordination__Brokr"] = "amqp://x",
                ["Coordination__LogFormat"] = "xml",
                ["Coordination__DatabasePasswordFile"] = Path.Combine(folder, "nowhere"),
                ["Coordination__Database"] = "Host=x",
            },
            ["host", "--json"]
        );

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        var problems = typed.Json.GetProperty("error").GetProperty("details").EnumerateArray().Select(each => each.GetString()!).ToList();
        problems.Count.ShouldBe(4);
        problems.ShouldContain(problem => problem.StartsWith("Coordination:Brokr is no setting", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.StartsWith("Coordination:LogFormat", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.StartsWith("Coordination:DatabasePasswordFile names", StringComparison.Ordinal));
        problems.ShouldContain(problem => problem.StartsWith("Coordination:Broker is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("host --broker amqp://me:s3cret-word@ho:st:99999999/ --database Host=x")]
    [InlineData("host --broker s3cret-word --database s3cret-word")]
    [InlineData("host --broker amqp://x --database Host=x;Port=s3cret-word")]
    [InlineData("runs list --connect-timeout 0 --verbose --database Host=127.0.0.1;Port=1;Username=me;Password=s3cret-word")]
    public async Task A_password_is_never_shown(string line)
    {
        var typed = await Typed.RunAsync(line.Split(' '));

        typed.ExitCode.ShouldNotBe(0);
        typed.All.ShouldNotContain(Secret);
    }

    [Fact]
    public void Passwords_come_from_files()
    {
        var settings = Read(
            new()
            {
                ["Coordination__Broker"] = "amqp://me@rabbit/vhost",
                ["Coordination__BrokerPasswordFile"] = SecretFile("wi/th:od@d\n"),
                ["Coordination__Database"] = "Host=pg;Username=me;Database=db",
                ["Coordination__DatabasePasswordFile"] = SecretFile("a;b=c\n"),
            }
        );

        settings.Broker!.Password.ShouldBe("wi/th:od@d");
        Persistence.BrokerAddress.Parse(settings.BrokerUri).Password.ShouldBe("wi/th:od@d");
        Persistence.BrokerAddress.Parse(settings.BrokerUri).VirtualHost.ShouldBe("vhost");
        settings.Database!.Password.ShouldBe("a;b=c");
        settings.DatabaseName.ShouldBe("me@pg:5432/db");
    }

    [Fact]
    public void Two_passwords_for_one_server_are_refused()
    {
        var failure = Should.Throw<CommandFailure>(() =>
            Read(
                new()
                {
                    ["Coordination__Broker"] = "amqp://me:one@rabbit/",
                    ["Coordination__BrokerPasswordFile"] = SecretFile("two"),
                    ["Coordination__Database"] = "Host=pg;Username=me;Password=one",
                    ["Coordination__DatabasePasswordFile"] = SecretFile("two"),
                }
            )
        );

        failure.Message.ShouldContain("Coordination:Broker and Coordination:BrokerPasswordFile both give a password");
        failure.Message.ShouldContain("Coordination:Database and Coordination:DatabasePasswordFile both give a password");
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        File.WriteAllText(
            Path.Combine(folder, "appsettings.json"),
            """{ "Coordination": { "Urls": "http://file:1", "Database": "Host=file", "Broker": "amqp://file" } }"""
        );
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null)
        {
            Folder = folder,
            Environment = new Dictionary<string, string?>
            {
                ["Coordination__Database"] = "Host=environment",
                ["COORDINATION__BROKER"] = "amqp://environment",
            },
        };

        var settings = SettingsReader.Read(
            SettingsReader.Configuration(terminal, [(SettingNames.Broker, "amqp://line"), (SettingNames.Urls, null)]),
            Needs.Broker | Needs.Database
        );

        settings.Broker!.Host.ShouldBe("line");
        settings.Database!.Host.ShouldBe("environment");
        settings.Urls.ShouldBe("http://file:1");
    }

    [Fact]
    public async Task A_broken_settings_file_is_named()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), "{ broken", TestContext.Current.CancellationToken);

        var typed = await Typed.RunAsync([], ["migrate"], folder: folder, cancellationToken: TestContext.Current.CancellationToken);

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(Path.Combine(folder, "appsettings.json"));
    }

    [Fact]
    public void Nothing_but_this_machine_reaches_the_health_endpoints_unless_asked()
    {
        var settings = Read(new() { ["Coordination__Database"] = "Host=x", ["Coordination__Broker"] = "amqp://x" });

        new Uri(settings.Urls).Host.ShouldBe("127.0.0.1");
    }

    [Fact]
    public void Who_may_send_what_reaches_the_guard()
    {
        var settings = Read(
            new()
            {
                ["Coordination__Database"] = "Host=x",
                ["Coordination__Broker"] = "amqp://x",
                ["Coordination__Guard__RequireUserId"] = "true",
                ["Coordination__Guard__UsersByContract__step.completed.v1__0"] = "coordination-agent",
            }
        );
        var services = new ServiceCollection();
        services.AddHosted(settings);

        using var provider = services.BuildServiceProvider();

        var guard = provider.GetRequiredService<GuardOptions>();
        guard.RequireUserId.ShouldBeTrue();
        guard.UsersByContract["step.completed.v1"].ShouldBe(["coordination-agent"]);
    }

    private string SecretFile(string content)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, content);
        return path;
    }

    private static HostSettings Read(Dictionary<string, string?> environment)
    {
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null) { Environment = environment };
        return SettingsReader.Read(SettingsReader.Configuration(terminal, []), Needs.Broker | Needs.Database);
    }
}
