using System.Text;
using Coordination.Host.CommandLine;
using Coordination.Host.Startup;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Host.Tests;

/// <summary>Settings of the servers with which a promise would not hold: refused, or said in the log.</summary>
public sealed class When_servers_are_less_durable
{
    [Fact]
    public void Commits_that_a_crash_takes_back_are_refused()
    {
        var refused = Should.Throw<CommandFailure>(() => DurabilityCheck.Judge("me@db:5432/x", false, "off", "on", "on", ""));

        refused.Code.ShouldBe(ExitCode.Usage);
        refused.Message.ShouldContain("synchronous_commit");
    }

    [Theory]
    [InlineData(false, "on", "off", "on", "", "fsync")]
    [InlineData(false, "on", "on", "off", "", "full_page_writes")]
    [InlineData(true, "on", "on", "on", "", "synchronous_standby_names")]
    [InlineData(true, "local", "on", "on", "*", "synchronous_commit=local")]
    public void What_only_a_lost_machine_would_lose_is_said(
        bool several,
        string commit,
        string fsync,
        string pages,
        string standbys,
        string said
    ) => DurabilityCheck.Judge("me@db:5432/x", several, commit, fsync, pages, standbys).ShouldHaveSingleItem().ShouldContain(said);

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "ANY 1 (a, b)")]
    public void Nothing_is_said_when_all_is_well(bool several, string standbys) =>
        DurabilityCheck.Judge("me@db:5432/x", several, "on", "on", "on", standbys).ShouldBeEmpty();

    [Theory]
    [InlineData("3.9.29", true)]
    [InlineData("3.10.8", false)]
    [InlineData("4.0.5", false)]
    [InlineData("4.3.0-rc.1", false)]
    public void A_broker_that_is_too_old_is_refused(string version, bool refused) =>
        (
            DurabilityCheck.Broker("RabbitMQ", new Dictionary<string, object?> { ["version"] = Encoding.UTF8.GetBytes(version) })
            is not null
        ).ShouldBe(refused);

    [Fact]
    [Trait("needs", "servers")]
    public async Task A_host_does_not_start_on_a_role_that_commits_asynchronously()
    {
        var ct = TestContext.Current.CancellationToken;
        var database = await (await TestServers.Postgres(ct)).NewDatabaseAsync(ct: ct);
        var connection = new NpgsqlConnectionStringBuilder(database) { Options = "-c synchronous_commit=off" };

        var typed = await Typed.RunAsync("host", "--broker", "amqp://nobody@127.0.0.1:1/", "--database", connection.ConnectionString);

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.All.ShouldContain("synchronous_commit=off");
        typed.All.ShouldNotContain(connection.Password!);
    }
}
