using System.Globalization;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Coordination.Persistence;

/// <summary>Puts a message that arrived aside, with its reason, instead of dropping or repeating it.</summary>
internal sealed partial class Parking(
    IDeadLetters deadLetters,
    GuardOptions options,
    PersistenceMetrics metrics,
    TimeProvider clock,
    ILogger<Parking> logger
)
{
    public Task ParkAsync(ReceiveContext context, IReadOnlyList<Problem> problems)
    {
        var detail = string.Join(" ", problems.Select(p => $"{p.Path}: {p.Message}"));
        return ParkAsync(context, problems[0].Code, detail.Length <= 2_000 ? detail : detail[..2_000]);
    }

    public async Task ParkAsync(ReceiveContext context, string reason, string detail)
    {
        var endpoint = Wire.EndpointOf(context.InputAddress.ToString());
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in context.TransportHeaders.GetAll())
        {
            // The transport's own notes of this one delivery are not part of the message.
            if (!key.StartsWith("RabbitMQ-", StringComparison.Ordinal) && Convert.ToString(value, CultureInfo.InvariantCulture) is { } text)
            {
                headers[key] = text;
            }
        }

        var message = new OutgoingMessage
        {
            MessageId = Id(headers.GetValueOrDefault("MessageId")) ?? Guid.CreateVersion7(clock.GetUtcNow()),
            Destination = Wire.Address(endpoint),
            MessageType = Storable(headers.GetValueOrDefault(EnvelopeHeaders.Contract) ?? "unknown"),
            ContentType = Storable(context.ContentType?.ToString() ?? Wire.ContentType.ToString()),
            Body = context.Body.GetBytes(),
            Headers = headers,
            GroupId = Id(headers.GetValueOrDefault(EnvelopeHeaders.RunId)),
            CorrelationId = Id(headers.GetValueOrDefault("CorrelationId")),
        };

        try
        {
            await deadLetters
                .ParkAsync(
                    new ParkedMessage
                    {
                        Endpoint = endpoint,
                        Reason = reason,
                        Detail = Storable(detail),
                        Message = message,
                        Failures = Failures(context, reason, detail),
                    },
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch
        {
            await PauseAsync(context).ConfigureAwait(false);
            throw;
        }

        metrics.Parked(reason);
        LogParked(message.MessageId, message.MessageType, endpoint, reason, detail);
    }

    /// <summary>
    /// Before a message goes back to the broker, whatever the database's reason: without the pause it would come straight back, and a quorum queue
    /// drops what was returned too often.
    /// </summary>
    public Task PauseAsync(ReceiveContext context) => Task.Delay(TimeSpan.FromSeconds(1), clock, context.CancellationToken);

    /// <summary>What a handler failed with; without any, it was refused before one ran.</summary>
    private IReadOnlyList<FreshFailure> Failures(ReceiveContext context, string reason, string detail) =>
        context.TryGetPayload<FailureNotes>(out var notes)
            ? notes.Read(options.KeepExceptionText)
            : [new FreshFailure(1, reason, null, FailureNotes.Printable(detail), TimeSpan.Zero)];

    // Text of strangers: PostgreSQL takes every character but this one.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    [LoggerMessage(3101, LogLevel.Warning, "Message {MessageId} ({Type}) at {Endpoint} is parked, {Reason}: {Detail}")]
    private partial void LogParked(Guid messageId, string type, string endpoint, string reason, string detail);
}

/// <summary>The end of the line for a message whose handler failed for good: parked under a code and an id, the exception goes to the log only.</summary>
internal sealed partial class ParkFaulted(Parking parking, TimeProvider clock, ILogger<ParkFaulted> logger)
    : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (Faults.IsDatabaseAway(context.Exception))
        {
            // Not the message's fault: back to the broker, after a pause.
            await parking.PauseAsync(context).ConfigureAwait(false);
            throw context.Exception;
        }

        if (context.CancellationToken.IsCancellationRequested && context.Exception.GetBaseException() is OperationCanceledException)
        {
            // The process ends. MassTransit itself gives back only what was cancelled by this very token, not by one linked to it.
            throw context.Exception;
        }

        if (!context.HasPayloadType(typeof(FailureNotes)))
        {
            // It failed outside of any handler.
            FailureNotes.Note(context, context.Exception, () => clock);
        }

        if (context.Exception.GetBaseException() is MessageRefusedException refused)
        {
            await parking.ParkAsync(context, refused.Reason, refused.Detail).ConfigureAwait(false);
            return;
        }

        var incident = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        LogFaulted(context.Exception, incident, Wire.EndpointOf(context.InputAddress.ToString()));
        await parking
            .ParkAsync(
                context,
                Faults.IsConflict(context.Exception) ? ReasonCode.VersionConflict : ReasonCode.NonRetryable,
                $"The handler failed ({context.Exception.GetType().Name}); incident {incident} is in the log."
            )
            .ConfigureAwait(false);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("parkFaulted");

    [LoggerMessage(3102, LogLevel.Error, "Incident {Incident}: a handler at {Endpoint} failed")]
    private partial void LogFaulted(Exception exception, string incident, string endpoint);
}

/// <summary>A known message at an endpoint that does not take it.</summary>
internal sealed class ParkSkipped(Parking parking) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        parking.ParkAsync(context, ReasonCode.ContractInvalid, "This endpoint does not take messages of this contract.");

    public void Probe(ProbeContext context) => context.CreateFilterScope("parkSkipped");
}
