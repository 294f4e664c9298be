using Coordination.Contracts;
using Coordination.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Persistence.Tests.DeadLetters;

[Trait("req", "RTY-17")]
public sealed class A_replay_of_many_dead_letters
{
    private readonly FakeTimeProvider clock = new();
    private readonly Retries retries = new();

    [Fact]
    public async Task Is_no_faster_than_asked()
    {
        var replay = Run(perSecond: 4, count: 9, TestContext.Current.CancellationToken);

        retries.Ids.ShouldBe([1]);
        clock.Advance(TimeSpan.FromMilliseconds(249));
        retries.Ids.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await Retried(2);
        clock.Advance(TimeSpan.FromSeconds(0.25));
        await Retried(3);
        for (var i = 4; i <= 9; i++)
        {
            replay.IsCompleted.ShouldBeFalse();
            clock.Advance(TimeSpan.FromSeconds(0.25));
            await Retried(i);
        }

        var outcome = await replay.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        (outcome.Retried.Count, outcome.Left).ShouldBe((9, 0));
    }

    [Fact]
    public async Task Ends_between_two_letters_when_it_is_cancelled_and_says_how_far_it_came()
    {
        using var stop = new CancellationTokenSource();
        var replay = Run(perSecond: 1, count: 5, stop.Token);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Retried(2);

        await stop.CancelAsync();

        var outcome = await replay.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        (outcome.Retried.Count, outcome.Left).ShouldBe((2, 3));
        retries.Ids.ShouldBe([1, 2]);
        retries.Cancellable.ShouldBeFalse();
    }

    [Fact]
    public async Task Passes_over_those_that_somebody_else_has_decided_about()
    {
        retries.Gone = 2;
        var replay = Run(perSecond: 1_000_000, count: 3, TestContext.Current.CancellationToken);
        await Eventually.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return replay.IsCompleted;
            },
            TimeSpan.FromSeconds(20),
            "the replay to end"
        );

        var outcome = await replay;
        outcome.Retried.ShouldBe([1, 3]);
        outcome.Missing.ShouldBe([2]);
    }

    private Task<ReplayOutcome> Run(double perSecond, int count, CancellationToken cancellationToken) =>
        Replay.RunAsync(retries, [.. Enumerable.Range(1, count).Select(id => (long)id)], perSecond, "anna", clock, null, cancellationToken);

    private Task Retried(int count) =>
        Eventually.Until(() => retries.Ids.Count == count, TimeSpan.FromSeconds(20), $"{count} to be retried");

    private sealed class Retries : IDeadLetters
    {
        public List<long> Ids { get; } = [];

        public bool Cancellable { get; private set; }

        public long Gone { get; set; }

        public Task<bool> RetryAsync(long id, string by, CancellationToken cancellationToken = default)
        {
            Cancellable |= cancellationToken.CanBeCanceled;
            Ids.Add(id);
            return Task.FromResult(id != Gone);
        }

        public Task ParkAsync(ParkedMessage message, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<DeadLetter>> ListAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<long>> IdsAsync(LetterFilter filter, int limit, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<DeadLetter?> FindAsync(long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<LetterEdit?> EditAsync(
            long id,
            byte[] body,
            string by,
            ContractLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public Task<bool> DiscardAsync(long id, string because, string by, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<int> CountRedeliveryAsync(InboxKey key, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
