using Coordination.Persistence;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Logging.Abstractions;
using Letter = Coordination.Persistence.Delivery;

namespace Coordination.Simulation;

/// <summary>What a message does at an endpoint; <paramref name="attempt"/> counts from 0 within one delivery.</summary>
internal delegate Task Handling(ReceiveContext context, int attempt);

/// <summary>
/// One endpoint of one process: the product's endpoint, fed by a queue of the broker and by hand-over inside the process, with the product's window of
/// acknowledgements. Where MassTransit's receive pipe would be stands <see cref="SimulatedPipe"/>.
/// </summary>
internal sealed class Receiver
{
    private readonly Node node;
    private readonly SimulatedQueue queue;
    private readonly Dictionary<ulong, QueuedCopy> unsettled = [];
    private AckWindow window;
    private ulong tag;
    private int connection;
    private bool closed;

    public Receiver(Node node, string name, int concurrency, Handling handle)
    {
        this.node = node;
        queue = node.World.Broker.Queue(name);
        window = new AckWindow(concurrency);
        Endpoint = new LocalEndpoint(
            name,
            concurrency,
            concurrency * 2,
            Payloads.Create<ReceiveEndpointContext>(
                ("get_InputAddress", new Uri($"loopback://simulation/{name}")),
                ("get_CancellationToken", CancellationToken.None),
                ("get_PublishEndpointProvider", Payloads.Create<IPublishEndpointProvider>()),
                ("get_SendEndpointProvider", Payloads.Create<ISendEndpointProvider>()),
                ("CreateReceivePipeDispatcher", SimulatedPipe.Create(node, handle))
            ),
            node.Units,
            node.Time,
            NullLogger<LocalEndpoint>.Instance
        );
    }

    public LocalEndpoint Endpoint { get; }

    public bool HasRoom => !closed && unsettled.Count < Endpoint.Prefetch && !node.IsDead && !node.Time.IsFrozen;

    public bool IsIdle => Endpoint.Active + Endpoint.Waiting == 0;

    /// <summary>A new connection: its tags mean other messages than those of the last.</summary>
    public void Attach()
    {
        if (closed)
        {
            return;
        }

        connection++;
        tag = 0;
        window = new AckWindow(Math.Max(1, Endpoint.Prefetch / 2));
        unsettled.Clear();
        queue.Attach(this);
    }

    public void Detach()
    {
        connection++;
        queue.Detach(this);
    }

    /// <summary>Takes nothing more; what it has it brings to its end.</summary>
    public void Close() => closed = true;

    public void Take(QueuedCopy copy)
    {
        window.Arrived(++tag);
        unsettled.Add(tag, copy);
        Endpoint.Arrive(new FromQueue(this, copy, tag, connection));
    }

    private async Task DoneAsync(ulong of, int over)
    {
        await node.Step("acknowledge");
        if (over != connection)
        {
            return;
        }

        if (node.World.Bug.AcknowledgesPast)
        {
            Acknowledge(new Ack(of, AndAllBefore: true));
            return;
        }

        window.Done(of);
        foreach (var ack in window.Take())
        {
            if (node.World.Dice.Falls(node.World.Faults.LoseAcknowledgement))
            {
                node.World.Trace($"{node.Name} acknowledgement lost");
                node.Link.Cut(TimeSpan.FromMilliseconds(500));
                return;
            }

            Acknowledge(ack);
        }
    }

    private void Acknowledge(Ack ack)
    {
        foreach (var settled in unsettled.Keys.Where(known => known == ack.Tag || (ack.AndAllBefore && known < ack.Tag)).ToList())
        {
            unsettled.Remove(settled, out var copy);
            queue.Acknowledge(copy!);
        }

        queue.Dispatch();
    }

    private void Return(ulong of, int over)
    {
        if (over == connection && unsettled.Remove(of, out var copy))
        {
            window.Returned(of);
            queue.Return(copy);
        }
    }

    /// <summary>A copy from the queue in the hands of the endpoint.</summary>
    private sealed class FromQueue : Letter
    {
        private readonly Receiver receiver;
        private readonly QueuedCopy copy;
        private readonly ulong tag;
        private readonly int connection;

        public FromQueue(Receiver receiver, QueuedCopy copy, ulong tag, int connection)
            : base(receiver.Endpoint.Name)
        {
            this.receiver = receiver;
            this.copy = copy;
            this.tag = tag;
            this.connection = connection;
            CameBefore = copy.Redelivered || copy.Message.Headers.ContainsKey(Wire.SentAgainHeader);
        }

        public override bool IsCurrent => connection == receiver.connection;

        public override Task Complete() => receiver.DoneAsync(tag, connection);

        public override Task Faulted(Exception exception)
        {
            receiver.Return(tag, connection);
            return Task.CompletedTask;
        }

        public override BaseReceiveContext Receive(ReceiveEndpointContext endpoint) => new QueuedContext(copy, endpoint, this);
    }

    private sealed class QueuedContext(QueuedCopy copy, ReceiveEndpointContext endpoint, Letter letter)
        : BaseReceiveContext(copy.Redelivered, endpoint, letter)
    {
        protected override IHeaderProvider HeaderProvider { get; } = new QueuedHeaders(copy.Message);

        public override MessageBody Body { get; } = new BytesMessageBody(copy.Message.Body);

        protected override System.Net.Mime.ContentType GetContentType() => ConvertToContentType(copy.Message.ContentType);
    }

    private sealed class QueuedHeaders(OutgoingMessage message) : IHeaderProvider
    {
        public IEnumerable<KeyValuePair<string, object>> GetAll() =>
            message
                .Headers.Select(header => new KeyValuePair<string, object>(header.Key, header.Value))
                .Prepend(new KeyValuePair<string, object>("MessageId", message.MessageId.ToString()));

        public bool TryGetHeader(string key, out object value)
        {
            value = GetAll().FirstOrDefault(header => header.Key == key).Value;
            return value is not null;
        }
    }
}
