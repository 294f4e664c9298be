using System.Net.Sockets;
using Npgsql;

namespace Coordination.Persistence.Tests.Bus;

public sealed class FaultsTests
{
    [Theory]
    [InlineData("08006", true)]
    [InlineData("57P01", true)]
    [InlineData("25006", true)]
    [InlineData("42P01", false)]
    [InlineData("42501", false)]
    [InlineData("40001", false)]
    public void Waiting_helps_where_the_server_is_away_not_where_the_statement_is_wrong(string sqlState, bool away) =>
        Faults.IsDatabaseAway(new PostgresException("text", "ERROR", "ERROR", sqlState)).ShouldBe(away);

    [Fact]
    public void A_handlers_own_sockets_and_timeouts_are_its_failures()
    {
        Faults.IsDatabaseAway(new SocketException((int)SocketError.ConnectionRefused)).ShouldBeFalse();
        Faults.IsDatabaseAway(new TimeoutException()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("no-such-host.invalid", 5432)]
    [InlineData("127.0.0.1", 1)]
    public async Task A_server_that_is_not_found_or_refuses_is_away(string host, int port)
    {
        await using var source = NpgsqlDataSource.Create($"Host={host};Port={port};Username=x;Password=x;Timeout=5");

        var error = await Should.ThrowAsync<Exception>(async () => await source.OpenConnectionAsync(TestContext.Current.CancellationToken));

        Faults.IsDatabaseAway(error).ShouldBeTrue(error.ToString());
    }

    [Fact]
    public async Task Several_hosts_of_which_none_can_be_used_are_away()
    {
        await using var source = NpgsqlDataSource.Create(
            "Host=127.0.0.1:1,127.0.0.1:2;Target Session Attributes=primary;Username=x;Password=x"
        );

        var refused = await Should.ThrowAsync<NpgsqlException>(async () =>
            await source.OpenConnectionAsync(TestContext.Current.CancellationToken)
        );
        // Right after it both are known to be offline, and none is asked.
        var notAsked = await Should.ThrowAsync<NpgsqlException>(async () =>
            await source.OpenConnectionAsync(TestContext.Current.CancellationToken)
        );

        Faults.IsDatabaseAway(refused).ShouldBeTrue(refused.ToString());
        notAsked.InnerException.ShouldBeNull();
        Faults.IsDatabaseAway(notAsked).ShouldBeTrue(notAsked.ToString());
    }

    [Fact]
    public async Task A_turn_of_the_one_writer_that_does_not_come_is_waited_for()
    {
        var folder = Directory.CreateTempSubdirectory("coordination-");
        try
        {
            var path = Path.Combine(folder.FullName, "one.db");
            using var writer = new SqliteWriter(new SqliteStoreOptions { Path = path, LockTimeout = TimeSpan.FromMilliseconds(20) });
            var held = await writer.BeginAsync(TestContext.Current.CancellationToken);

            var error = await Should.ThrowAsync<TimeoutException>(() => writer.BeginAsync(TestContext.Current.CancellationToken));

            Faults.IsDatabaseAway(error).ShouldBeTrue();
            writer.End(held);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }
}
