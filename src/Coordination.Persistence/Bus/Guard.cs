using System.Globalization;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using MassTransit;

namespace Coordination.Persistence;

/// <summary>
/// The door of every endpoint, before any handler:
/// 1. where it comes from and wants answers (<see cref="Provenance"/>);
/// 2. size, contract, version, JSON and rules of the body;
/// 3. the envelope: mandatory headers present and well formed, ids the same as in the body;
/// 4. deadline not passed (by the database's clock) and hops left;
/// 5. not delivered too often already (a message that kills its handler).
/// What fails is parked with its reason and acknowledged. The guard itself throws only when the database is away; the broker then keeps the
/// message.
/// </summary>
internal sealed class Guard(DatabaseClock clock, Parking parking, IDeadLetters deadLetters, GuardOptions options) : IFilter<ReceiveContext>
{
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        string? Header(string name) =>
            context.TransportHeaders.TryGetHeader(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

        var contract = Header(EnvelopeHeaders.Contract);
        if (Provenance.Check(context, contract, options) is { } stranger)
        {
            await parking.ParkAsync(context, [stranger]).ConfigureAwait(false);
            return;
        }

        var check = MessageCheck.Read(Header, Header("MessageId"), context.Body.GetBytes(), options.Limits);
        if (check.Problems.Count > 0)
        {
            await parking.ParkAsync(context, check.Problems).ConfigureAwait(false);
            return;
        }

        var (reading, envelope) = (check.Reading, check.Envelope!);
        if (await Verdict(context, envelope).ConfigureAwait(false) is { } verdict)
        {
            await parking.ParkAsync(context, [verdict]).ConfigureAwait(false);
            return;
        }

        context.AddOrUpdatePayload(() => reading, _ => reading);
        context.AddOrUpdatePayload(() => envelope, _ => envelope);
        await next.Send(context).ConfigureAwait(false);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("guard");

    /// <summary>What the database says of the message: expired, or delivered too often.</summary>
    private async ValueTask<Problem?> Verdict(ReceiveContext context, Envelope envelope)
    {
        try
        {
            return await IsExpired(envelope, context.CancellationToken).ConfigureAwait(false)
                ?? (context.Redelivered ? await IsPoison(context, envelope).ConfigureAwait(false) : null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await parking.PauseAsync(context).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<Problem?> IsExpired(Envelope envelope, CancellationToken cancellationToken)
    {
        if (envelope.HopsLeft <= 0)
        {
            return new Problem
            {
                Code = ReasonCode.Expired,
                Path = "headers." + EnvelopeHeaders.Hops,
                Message = $"No hops are left of {Envelope.DefaultHops}: the message went through too many agents, or in a circle.",
            };
        }

        if (envelope.Deadline is not { } deadline)
        {
            return null;
        }

        var now = await clock.NowAsync(cancellationToken).ConfigureAwait(false);
        return now <= deadline
            ? null
            : new Problem
            {
                Code = ReasonCode.Expired,
                Path = "headers." + EnvelopeHeaders.Deadline,
                Message = $"The deadline {deadline:O} passed {(now - deadline).TotalSeconds:F1} s ago.",
            };
    }

    private async Task<Problem?> IsPoison(ReceiveContext context, Envelope envelope)
    {
        var endpoint = Wire.EndpointOf(context.InputAddress.ToString());
        var key = RedeliveryKey(endpoint, envelope.MessageId);
        var count = await deadLetters.CountRedeliveryAsync(key, context.CancellationToken).ConfigureAwait(false);
        return count <= options.MaxRedeliveries
            ? null
            : new Problem
            {
                Code = ReasonCode.RetryBudgetExhausted,
                Path = "message",
                Message = $"Delivered {count} times again without an end: its handler may have ended the process each time.",
            };
    }

    /// <summary>Under which the deliveries of a message to an endpoint are counted.</summary>
    internal static InboxKey RedeliveryKey(string endpoint, Guid messageId) =>
        new(UnitOfWorkObserver.ConsumerId(endpoint, typeof(Guard), typeof(Guard)), messageId) { Endpoint = endpoint };
}

/// <summary>What the guard lets through.</summary>
public sealed class GuardOptions
{
    public ContractLimits Limits { get; set; } = ContractLimits.Default;

    /// <summary>Deliveries of one message after its first that never came to an end. Default 20: a killed process brings back innocent ones too.</summary>
    public int MaxRedeliveries { get; set; } = 20;

    /// <summary>
    /// Keeps with a dead letter, for operators, what the exceptions of handlers said, up to 500 characters of each. Default false: it may hold secrets, so only
    /// types are kept, and the log has the rest.
    /// </summary>
    public bool KeepExceptionText { get; set; }

    /// <summary>
    /// Refuses messages without the <c>user-id</c> property. Default false: this library sets it, other senders may not. The broker refuses a wrong one
    /// itself, unless the user carries the tag <c>impersonator</c>.
    /// </summary>
    public bool RequireUserId { get; set; }

    /// <summary>
    /// Broker users that may send a contract, by its id such as <c>step.completed.v1</c>. A contract that is not in it is taken from every user. Name
    /// the users of all hosts and agents that send it, also for dead letters that are tried again.
    /// </summary>
    public Dictionary<string, List<string>> UsersByContract { get; } = new(StringComparer.Ordinal);
}
