using System.Net.Sockets;
using Npgsql;

namespace Coordination.Persistence;

/// <summary>
/// With several hosts in the connection string, keeps this process away from a primary of the past. A server that was replaced and comes back still calls
/// itself primary, and what is written to it is lost; but each promotion raises the timeline.
/// 1. Each new connection tells its server's timeline; one that is below the highest seen is refused, and the next host is tried.
/// 2. Before the first connection, and again at most every ten seconds, the other hosts are asked for theirs.
/// While the new primary cannot be reached by this process, it cannot know of it: then only the missing synchronous standby holds the old one's commits.
/// </summary>
internal sealed class NewestPrimary
{
    private const string TimelineText =
        "SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END";

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    private readonly List<string> hosts;
    private readonly Lock turn = new();
    private int newest;
    private Task? asked;
    private long askedAt;

    private NewestPrimary(NpgsqlConnectionStringBuilder settings)
    {
        // A copy for each host: no pool, no choice between hosts, and short patience with one that is away.
        hosts =
        [
            .. settings
                .Host!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(host =>
                {
                    var one = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
                    {
                        Pooling = false,
                        Timeout = 2,
                        CommandTimeout = 2,
                        TargetSessionAttributes = null,
                    };
                    var colon = host.LastIndexOf(':');
                    (one.Host, one.Port) = colon < 0 ? (host, settings.Port) : (host[..colon], int.Parse(host[(colon + 1)..]));
                    return one.ConnectionString;
                }),
        ];
    }

    /// <summary>Puts the check into every new connection of the data source.</summary>
    public static void Guard(NpgsqlDataSourceBuilder builder)
    {
        var guard = new NewestPrimary(builder.ConnectionStringBuilder);
        builder.UsePhysicalConnectionInitializer(
            connection => guard.CheckAsync(connection).GetAwaiter().GetResult(),
            connection => guard.CheckAsync(connection)
        );
    }

    private async Task CheckAsync(NpgsqlConnection connection)
    {
        var timeline = await TimelineAsync(connection).ConfigureAwait(false);
        if (timeline == 0)
        {
            // A standby: whether one is wanted is the connection string's choice.
            return;
        }

        Saw(timeline);
        await AskOthersAsync().ConfigureAwait(false);
        if (timeline < Volatile.Read(ref newest))
        {
            throw new StalePrimaryException(
                $"PostgreSQL at {connection.Host}:{connection.Port} is a primary of timeline {timeline}, and there is one of timeline {newest}: "
                    + "it was replaced. Make it a standby (pg_rewind) before it is started again."
            );
        }
    }

    private Task AskOthersAsync()
    {
        lock (turn)
        {
            if (asked is null || Environment.TickCount64 - askedAt > AskAgain.TotalMilliseconds)
            {
                (asked, askedAt) = (AskAllAsync(), Environment.TickCount64);
            }

            return asked;
        }
    }

    private async Task AskAllAsync()
    {
        foreach (var timeline in await Task.WhenAll(hosts.Select(AskAsync)).ConfigureAwait(false))
        {
            Saw(timeline);
        }
    }

    private static async Task<int> AskAsync(string host)
    {
        try
        {
            var connection = new NpgsqlConnection(host);
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync().ConfigureAwait(false);
                return await TimelineAsync(connection).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            return 0;
        }
    }

    private static async Task<int> TimelineAsync(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(TimelineText, connection);
        await using (command.ConfigureAwait(false))
        {
            return (int)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
        }
    }

    private void Saw(int timeline)
    {
        int known;
        while (timeline > (known = Volatile.Read(ref newest)) && Interlocked.CompareExchange(ref newest, timeline, known) != known) { }
    }
}

/// <summary>The server was replaced by another primary: waiting for that one helps.</summary>
internal sealed class StalePrimaryException(string message) : NpgsqlException(message)
{
    public override bool IsTransient => true;
}
