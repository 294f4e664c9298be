using System.Diagnostics;
using Coordination.Contracts;

namespace Coordination.Persistence;

/// <summary>Makes envelopes of this process' messages: who sends, what caused it, hops counted down, trace carried on.</summary>
public sealed class EnvelopeFactory(Sender self, TimeProvider clock)
{
    /// <summary>Who this process is.</summary>
    public Sender Self { get; } = self;

    /// <summary>The first message of a transaction.</summary>
    public Envelope Root(Guid transactionId, string tenant = Envelope.DefaultTenant) =>
        Stamp(
            new Envelope
            {
                MessageId = default,
                TransactionId = transactionId,
                Sender = Self,
                SentAt = default,
                Tenant = tenant,
            }
        );

    /// <summary>A message caused by another: same transaction, tenant, budget and conversation, one hop less.</summary>
    public Envelope CausedBy(Envelope cause) =>
        Stamp(cause with { CausationId = cause.MessageId, HopsLeft = Math.Max(0, cause.HopsLeft - 1), Deadline = null });

    private Envelope Stamp(Envelope envelope) =>
        envelope with
        {
            MessageId = Guid.CreateVersion7(clock.GetUtcNow()),
            Sender = Self,
            SentAt = clock.GetUtcNow(),
            TraceParent = Activity.Current?.Id ?? envelope.TraceParent,
            TraceState = Activity.Current?.TraceStateString ?? envelope.TraceState,
        };
}
