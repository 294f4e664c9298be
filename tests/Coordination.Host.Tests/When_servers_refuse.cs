using Coordination.Host.CommandLine;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Host.Tests;

/// <summary>Real servers that answer, but not as hoped: the process says why and ends with a code of its own.</summary>
[Trait("needs", "servers")]
public sealed class When_servers_refuse
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("migrate")]
    [InlineData("runs list")]
    [InlineData("host --log-format line --broker amqp://nobody@127.0.0.1:1/")]
    public async Task A_wrong_database_password_ends_with_6(string command)
    {
        var database = await DatabaseAsync(connection => connection.Password = "wrong-word");

        var typed = await Typed.RunAsync([.. command.Split(' '), "--database", database]);

        typed.ExitCode.ShouldBe(ExitCode.WrongCredentials);
        typed.Error.ShouldContain("refuses user \"coordination\"");
        typed.Error.ShouldContain("Coordination:Database");
        typed.All.ShouldNotContain("wrong-word");
    }

    [Fact]
    public async Task A_database_user_that_does_not_exist_ends_with_6()
    {
        var database = await DatabaseAsync(connection => connection.Username = "stranger");

        var typed = await Typed.RunAsync("migrate", "--database", database);

        typed.ExitCode.ShouldBe(ExitCode.WrongCredentials);
        typed.Error.ShouldContain("stranger");
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_named_at_once()
    {
        var database = await DatabaseAsync(connection => connection.Database = "not_here");

        var typed = await Typed.RunAsync("migrate", "--database", database);

        typed.ExitCode.ShouldBe(ExitCode.Unreachable);
        typed.Error.ShouldContain("not_here");
    }

    [Fact]
    public async Task A_database_without_tables_ends_with_3_and_names_the_cure()
    {
        var database = await DatabaseAsync(_ => { });

        foreach (
            var command in new[] { "host --log-format line --broker amqp://nobody@127.0.0.1:1/", "runs list", "agents list", "timers list" }
        )
        {
            var typed = await Typed.RunAsync([.. command.Split(' '), "--database", database]);

            typed.ExitCode.ShouldBe(ExitCode.PendingMigrations, command);
            typed.Error.ShouldContain("coordination migrate");
        }
    }

    [Fact]
    public async Task Migrations_are_listed_applied_one_by_one_and_then_there_are_none()
    {
        var database = await DatabaseAsync(_ => { });

        var before = await Typed.RunAsync("migrate", "--check", "--database", database);
        before.ExitCode.ShouldBe(ExitCode.PendingMigrations);
        before.Out.ShouldContain("missing  messaging/");

        var json = await Typed.RunAsync("migrate", "--check", "--json", "--database", database);
        json.ExitCode.ShouldBe(ExitCode.PendingMigrations);
        json.Json.GetProperty("pending")[0].GetProperty("module").GetString().ShouldBe("messaging");

        var applied = await Typed.RunAsync("migrate", "--database", database);
        applied.ExitCode.ShouldBe(0, applied.Error);
        applied.Out.ShouldContain("apply    messaging/");

        (await Typed.RunAsync("migrate", "--check", "--database", database)).ExitCode.ShouldBe(0);
        (await Typed.RunAsync("migrate", "--database", database)).Out.ShouldContain("was up to date");
    }

    [Fact]
    public async Task A_wrong_broker_password_ends_with_6()
    {
        var broker = (await TestServers.Rabbit(Cancel)).Amqp;
        var wrong = new UriBuilder(broker) { Password = "wrong-word" }.Uri.ToString();

        var typed = await HostAsync(wrong);

        typed.ExitCode.ShouldBe(ExitCode.WrongCredentials);
        typed.Error.ShouldContain($"refuses user \"{broker.UserInfo.Split(':')[0]}\"");
        typed.Error.ShouldContain("Coordination:Broker");
        typed.All.ShouldNotContain("wrong-word");
    }

    [Fact]
    public async Task A_virtual_host_that_does_not_exist_is_named()
    {
        var broker = (await TestServers.Rabbit(Cancel)).Amqp;
        var wrong = new UriBuilder(broker) { Path = "not-here" }.Uri.ToString();

        var typed = await HostAsync(wrong);

        typed.ExitCode.ShouldBe(ExitCode.WrongCredentials);
        typed.Error.ShouldContain("not-here");
    }

    [Fact]
    public async Task A_broker_that_stays_away_ends_the_host_only_when_a_limit_is_given()
    {
        var away = $"amqp://me:secret@127.0.0.1:{FreePort.Next()}/";

        var typed = await Typed.RunAsync(
            "host",
            "--log-format",
            "line",
            "--broker",
            away,
            "--database",
            await MigratedAsync(),
            "--connect-timeout",
            "1"
        );

        typed.ExitCode.ShouldBe(ExitCode.Unreachable);
        typed.Error.ShouldContain("RabbitMQ at amqp://me@127.0.0.1:");
        typed.All.ShouldNotContain("secret");
    }

    private static async Task<Typed> HostAsync(string broker) =>
        await Typed.RunAsync(
            "host",
            "--log-format",
            "line",
            "--broker",
            broker,
            "--database",
            await MigratedAsync(),
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );

    private static async Task<string> MigratedAsync()
    {
        var database = await DatabaseAsync(_ => { });
        (await Typed.RunAsync("migrate", "--database", database)).ExitCode.ShouldBe(0);
        return database;
    }

    private static async Task<string> DatabaseAsync(Action<NpgsqlConnectionStringBuilder> change)
    {
        var server = await TestServers.Postgres(Cancel);
        var connection = new NpgsqlConnectionStringBuilder(await server.NewDatabaseAsync(ct: Cancel));
        change(connection);
        return connection.ConnectionString;
    }
}
