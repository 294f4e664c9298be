using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Coordination.Persistence;
using MassTransit;

namespace Coordination.Simulation;

/// <summary>
/// The plain workload: producers commit requests, each with ordered and unordered messages; the ledger's consumer writes one line per message, publishes
/// events for two auditors, and sets, moves and cancels timers.
/// </summary>
internal sealed class LedgerWork
{
    public const string Endpoint = "ledger";
    public const string Exchange = "happened";
    public static readonly string[] Auditors = ["audit-a", "audit-b"];
    private readonly World world;

    public LedgerWork(World world)
    {
        this.world = world;
        world.Broker.Declare(Endpoint);
        foreach (var auditor in Auditors)
        {
            world.Broker.Declare(auditor, Exchange);
        }
    }

    /// <summary>Requests to be made in all.</summary>
    public int Requests => world.Scenario.Groups * world.Scenario.MessagesPerGroup;

    /// <summary>The part of a process in it: its consumers, and the producers that live there.</summary>
    public static void Start(Node node)
    {
        var simulated = node.World;
        foreach (var endpoint in (string[])[Endpoint, .. Auditors])
        {
            node.Link.Add(
                new Receiver(
                    node,
                    endpoint,
                    simulated.Scenario.Concurrency,
                    (context, attempt) => HandleAsync(node, endpoint, context, attempt)
                )
            );
        }

        for (var group = 0; group < simulated.Scenario.Groups; group++)
        {
            if (group % simulated.Scenario.Nodes == node.Number - 1)
            {
                _ = ProduceAsync(node, group);
            }
        }
    }

    private static async Task ProduceAsync(Node node, int group)
    {
        // A process that has just started sends again what its predecessor left: it is given a moment for that.
        await Task.Delay(TimeSpan.FromSeconds(1), node.Time);
        var done = await RetryAsync(
            node,
            async () =>
            {
                var rows = await node.Units.QueryAsync(
                    new Statement("SELECT count(*) FROM sim_request WHERE producer = @p", ("p", $"g{group}", ColumnKind.Text)),
                    row => row.GetInt32(0)
                );
                return rows[0];
            }
        );
        for (var number = done; number < node.World.Scenario.MessagesPerGroup && !node.IsStopping; number++)
        {
            await Task.Delay(node.World.Dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)), node.Time);
            var tries = 0;
            await RetryAsync(
                node,
                async () =>
                {
                    // The client's key: repeating a request whose end it did not see is no second request.
                    var request = Derived($"request/{group}/{number}/{(node.World.Bug.RepeatsUnderNewId ? tries++ : 0)}");
                    await using var work = node.Units.Create(new InboxKey(Derived($"producer/{group}"), request));
                    if (await work.BeginAsync())
                    {
                        Request(work, node.World, group, number);
                    }

                    await work.CommitAsync();
                    return true;
                }
            );
        }
    }

    private static void Request(IUnitOfWork work, World world, int group, int number)
    {
        work.Execute(
            new Statement(
                "INSERT INTO sim_request (producer, number) VALUES (@p, @n)",
                ("p", $"g{group}", ColumnKind.Text),
                ("n", number, ColumnKind.Int32)
            )
        );
        for (var part = 0; part <= number % 3; part++)
        {
            work.Send(Message(world, Endpoint, $"command/{group}/{(number * 3) + part}", group) with { Ordered = true });
        }

        if (number % 2 == 0)
        {
            work.Send(Message(world, Endpoint, $"extra/{group}/{number}", group));
        }
    }

    private static Task HandleAsync(Node node, string endpoint, ReceiveContext context, int attempt)
    {
        var messageId = Guid.Parse((string)context.TransportHeaders.GetAll().First(header => header.Key == "MessageId").Value);
        return Unit.OfWorkAsync(
            node,
            context,
            Derived(endpoint),
            messageId,
            attempt,
            async work =>
            {
                await node.Step("handle");
                if (node.World.Dice.Falls(0.2))
                {
                    await Task.Delay(node.World.Dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)), node.Time);
                }

                Handle(work, node.World, endpoint, messageId, Encoding.UTF8.GetString(context.Body.GetBytes()));
            }
        );
    }

    private static void Handle(IUnitOfWork work, World world, string endpoint, Guid messageId, string what)
    {
        work.Execute(
            new Statement(
                $"INSERT INTO sim_effect (consumer, message_id, what, at) VALUES (@consumer, @message, @what, {work.Dialect.Now})",
                ("consumer", endpoint, ColumnKind.Text),
                ("message", messageId, ColumnKind.Uuid),
                ("what", what, ColumnKind.Text)
            )
        );
        if (what.Split('/') is not ["command", var groupText, var numberText])
        {
            return;
        }

        var (group, number) = (int.Parse(groupText), int.Parse(numberText));
        if (number % 3 == 0)
        {
            work.Send(Message(world, Exchange, $"event/{group}/{number}", group) with { Mandatory = false });
        }

        switch (number % 4)
        {
            case 0:
                work.Send(
                    Message(world, Endpoint, $"timer/{group}/{number}", group) with
                    {
                        Delay = TimeSpan.FromSeconds(1 + (number % 7)),
                        Token = Token(group, number),
                    }
                );
                break;
            case 2:
                work.Execute(Forbid(work.Dialect, Token(group, number - 2)));
                work.CancelTimer(Token(group, number - 2));
                break;
            case 3:
                work.MoveTimer(Token(group, number - 3), TimeSpan.FromSeconds(6));
                break;
        }
    }

    /// <summary>
    /// Notes, in the transaction that cancels it, that a timer which is not due yet must never be seen (1); one that is due may be on its way (2).
    /// </summary>
    private static Statement Forbid(SqlDialect sql, Guid token) =>
        new(
            $"UPDATE sim_sent SET forbidden = CASE WHEN due_at > {sql.Now} THEN 1 ELSE 2 END WHERE token = @token AND removed_at IS NULL",
            ("token", token, ColumnKind.Uuid)
        );

    private static OutgoingMessage Message(World world, string exchange, string what, int group) =>
        new()
        {
            MessageId = world.Dice.Id(),
            Destination = Wire.Address(exchange),
            MessageType = what.Split('/')[0],
            ContentType = "text/plain",
            Body = Encoding.UTF8.GetBytes(what),
            GroupId = Derived($"group/{group}"),
        };

    private static Guid Token(int group, int number) => Derived($"timer/{group}/{number}");

    public static Guid Derived(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    private static async Task<T> RetryAsync<T>(Node node, Func<Task<T>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (DbException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), node.Time);
            }
        }
    }
}
