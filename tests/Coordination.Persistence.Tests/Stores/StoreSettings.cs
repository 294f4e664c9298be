using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Coordination.Persistence.Tests;

public sealed class Store_settings
{
    [Theory]
    [InlineData(null, "PostgresStoreOptions.ConnectionString is missing")]
    [InlineData("Database=x", "names no Host")]
    [InlineData("Host=x;Nonsense=1", "cannot be read")]
    public void A_bad_connection_string_is_named(string? connection, string problem)
    {
        using var provider = new ServiceCollection()
            .AddLogging()
            .AddPostgresStore(options => options.ConnectionString = connection)
            .BuildServiceProvider();
        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IUnitOfWorkFactory>()).Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("Host=x", 200, true, "coordination")]
    [InlineData("Host=x;Max Auto Prepare=0;No Reset On Close=false;Application Name=mine", 0, false, "mine")]
    public void Statements_are_prepared_and_connections_not_reset_unless_said_otherwise(
        string connection,
        int maxAutoPrepare,
        bool noReset,
        string application
    )
    {
        using var dataSource = PostgresStore.CreateDataSource(new PostgresStoreOptions { ConnectionString = connection });
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        (settings.MaxAutoPrepare, settings.NoResetOnClose, settings.ApplicationName).ShouldBe((maxAutoPrepare, noReset, application));
    }

    [Fact]
    public void Every_bad_setting_is_named_at_once()
    {
        using var provider = new ServiceCollection()
            .AddLogging()
            .AddSqliteStore(options =>
            {
                options.Path = ":memory:";
                options.Grace = TimeSpan.FromSeconds(-1);
                options.LockTimeout = TimeSpan.Zero;
                options.Retention.Inbox = TimeSpan.FromMinutes(1);
                options.Retention.BatchSize = 1_000_000;
            })
            .BuildServiceProvider();
        var failures = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IUnitOfWorkFactory>()).Failures.ToList();
        failures.Count.ShouldBe(5);
        failures.ShouldAllBe(failure => failure.StartsWith("SqliteStoreOptions."));
    }

    [Fact]
    public void A_process_has_one_store()
    {
        var services = new ServiceCollection().AddSqliteStore(options => options.Path = "x.db");
        Should.Throw<InvalidOperationException>(() => services.AddPostgresStore(_ => { })).Message.ShouldContain("only once");
    }

    [Theory]
    [InlineData("a = @x AND b = @y OR a = @x", "a = $1 AND b = $2 OR a = $1", "x,y")]
    [InlineData("'@x' || \"@y\" || @z::text", "'@x' || \"@y\" || $1::text", "z")]
    [InlineData("a @> @x AND b @@ c AND d <@ @y", "a @> $1 AND b @@ c AND d <@ $2", "x,y")]
    [InlineData("1 -- @x\n + @y /* @z */", "1 -- @x\n + $1 /* @z */", "y")]
    [InlineData("'it''s @x' + @x1", "'it''s @x' + $1", "x1")]
    public void Named_parameters_become_positions_and_nothing_else_changes(string text, string expected, string names)
    {
        var sql = PositionalSql.Of(text);
        sql.Text.ShouldBe(expected);
        string.Join(',', sql.Names).ShouldBe(names);
    }
}
