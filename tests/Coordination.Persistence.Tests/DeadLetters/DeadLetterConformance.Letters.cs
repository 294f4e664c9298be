using System.Text;
using Coordination.Contracts;
using Coordination.Contracts.V1;

namespace Coordination.Persistence.Tests.DeadLetters;

/// <summary>The letters the tests are about.</summary>
public abstract partial class DeadLetterConformance
{
    private static FreshFailure[] Failed() => [new(1, ReasonCode.NonRetryable, "InvalidOperationException", null, TimeSpan.Zero)];

    private static async Task<DeadLetter> ParkAsync(
        StoreFixture store,
        OutgoingMessage message,
        FreshFailure[] failures,
        string reason = "X"
    )
    {
        var letters = store.Get<IDeadLetters>();
        var parked = new ParkedMessage
        {
            Endpoint = Endpoint,
            Reason = reason,
            Detail = "y",
            Message = message,
            Failures = failures,
        };
        await letters.ParkAsync(parked, Ct);
        return (await letters.ListAsync(null, message.GroupId, 10, Ct)).ShouldHaveSingleItem();
    }

    private static async Task RedeliverAsync(StoreFixture store, OutgoingMessage message, int times)
    {
        for (var i = 1; i <= times; i++)
        {
            var count = await store.Get<IDeadLetters>().CountRedeliveryAsync(Guard.RedeliveryKey(Endpoint, message.MessageId), Ct);
            count.ShouldBe(i);
        }
    }

    private static Task<int> AgeAsync(StoreFixture store, TimeSpan by) =>
        store.Units.ExecuteAsync(
            new Statement(
                $"UPDATE {store.Sql.Table("dead_letter")} SET parked_at = {store.Sql.NowPlus("@ago")}, "
                    + $"settled_at = CASE WHEN settled_at IS NOT NULL THEN {store.Sql.NowPlus("@ago")} END",
                ("ago", -(long)by.TotalMilliseconds, ColumnKind.Int64)
            ),
            Ct
        );

    private static byte[] Body(DeadLetter letter, int percent) =>
        Encoding.UTF8.GetBytes($$"""{"runId":"{{letter.Message.GroupId:D}}","stepId":"one","attempt":1,"percent":{{percent}}}""");

    private static OutgoingMessage Progress()
    {
        var run = Guid.CreateVersion7();
        var message = ContractOutgoing.To(
            Endpoint,
            new StepProgress
            {
                RunId = run,
                StepId = "one",
                Attempt = 1,
            },
            new Envelope
            {
                MessageId = Guid.CreateVersion7(),
                TransactionId = run,
                RunId = run,
                StepId = "one",
                Attempt = 1,
                Sender = new Sender
                {
                    Type = "test",
                    Instance = "one",
                    Build = "1",
                },
                SentAt = DateTimeOffset.UnixEpoch.AddYears(50),
                TraceParent = $"00-{Trace}-b7ad6b7169203331-01",
            }
        );
        return message with { GroupId = run };
    }
}
