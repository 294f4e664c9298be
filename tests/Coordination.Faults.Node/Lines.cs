using Coordination.Persistence;
using Coordination.Testing;
using Npgsql;

namespace Coordination.Faults.Node;

/// <summary>The process' own connections to broker and database: they run through proxies inside it, so that they can be cut alone and at an exact point.</summary>
internal sealed class Lines : IAsyncDisposable
{
    private readonly List<TcpProxy> broker;
    private readonly TcpProxy database;

    public Lines(NodeSettings settings)
    {
        var address = BrokerAddress.Parse(settings.Broker);
        broker = address.Nodes.Select(node => node.Split(':')).Select(node => new TcpProxy(node[0], int.Parse(node[1]))).ToList();
        Broker = $"amqp://{address.User}:{address.Password}@{string.Join(',', broker.Select(proxy => $"127.0.0.1:{proxy.Port}"))}/";
        var direct = new NpgsqlConnectionStringBuilder(settings.Database);
        database = new TcpProxy(direct.Host!, direct.Port);
        Database = new NpgsqlConnectionStringBuilder(settings.Database)
        {
            Host = "127.0.0.1",
            Port = database.Port,
            // A frozen or crashed server must not hold the process for half a minute.
            Timeout = 5,
            MaxPoolSize = 100,
            CommandTimeout = 15,
        }.ConnectionString;
        Failpoint.OnCut(FailpointCut.Broker, CutBroker);
        Failpoint.OnCut(FailpointCut.Database, CutDatabase);
    }

    public string Broker { get; }

    public string Database { get; }

    public void CutBroker() => broker.ForEach(proxy => proxy.CutOnce());

    public void CutDatabase() => database.CutOnce();

    /// <summary>What was sent to the database arrives there and is done; the answers never come back.</summary>
    public Task LoseAnswersAsync() => database.LoseAnswersAsync(TimeSpan.FromMilliseconds(150));

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in broker)
        {
            await proxy.DisposeAsync();
        }

        await database.DisposeAsync();
    }
}
