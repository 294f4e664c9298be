using System.Globalization;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;
using RabbitMQ.Client;

namespace Coordination.EndToEnd.Tests.Ballots;

/// <summary>Somebody with a user of the broker who writes messages about ballots by hand.</summary>
internal sealed class Hand : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly string user;

    private Hand(IConnection connection, IChannel channel, string user)
    {
        this.connection = connection;
        this.channel = channel;
        this.user = user;
    }

    public static async Task<Hand> OpenAsync(Uri broker)
    {
        var opened = await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new Hand(opened, await opened.CreateChannelAsync(confirmed), broker.UserInfo.Split(':')[0]);
    }

    public IChannel Channel => channel;

    /// <param name="vote">As it is sent; its signature, too.</param>
    /// <param name="messageId">Null: a new one.</param>
    /// <param name="userId">What stands on the message; null: this hand's own user.</param>
    public async Task CastAsync(CastVote vote, Guid? messageId = null, string? userId = null)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = (messageId ?? Guid.CreateVersion7()).ToString(),
            UserId = userId ?? user,
            Headers = new Dictionary<string, object?>
            {
                [EnvelopeHeaders.Contract] = "ballot.cast-vote.v1",
                [EnvelopeHeaders.Minor] = "0",
                [EnvelopeHeaders.TransactionId] = vote.BallotId.ToString(),
                [EnvelopeHeaders.SenderType] = vote.Voter,
                [EnvelopeHeaders.SenderInstance] = "by-hand",
                [EnvelopeHeaders.SenderBuild] = "1",
                [EnvelopeHeaders.SentAt] = TimeProvider
                    .System.GetUtcNow()
                    .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                [EnvelopeHeaders.Hops] = "8",
            },
        };
        await channel.BasicPublishAsync(
            Wire.BallotsEndpoint,
            "",
            mandatory: true,
            properties,
            ContractJson.Serialize(vote, typeof(CastVote)),
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
