using Coordination.Testing;

namespace Coordination.Persistence.Tests.UnitOfWork;

/// <summary>What waits together is handled together; nothing waits for company.</summary>
public sealed class A_gatherer
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_single_item_goes_at_once()
    {
        var groups = new List<int[]>();
        var gatherer = Recording(groups);

        gatherer.Add(1);

        groups.ShouldHaveSingleItem().ShouldBe([1]);
    }

    [Fact]
    public async Task What_comes_while_the_lane_is_busy_goes_as_one_group_in_order()
    {
        var groups = new List<int[]>();
        var busy = new TaskCompletionSource();
        var gatherer = new Gatherer<int>(
            lanes: 1,
            most: 3,
            group =>
            {
                groups.Add([.. group]);
                return busy.Task;
            }
        );
        gatherer.Add(1);
        for (var item = 2; item <= 6; item++)
        {
            gatherer.Add(item);
        }

        groups.Count.ShouldBe(1);
        busy.SetResult();
        await Eventually.Until(() => Task.FromResult(groups.Count == 3), TimeSpan.FromSeconds(10), "all are handled", Ct);

        groups.ShouldBe([
            [1],
            [2, 3, 4],
            [5, 6],
        ]);
    }

    [Fact]
    public void While_it_is_held_items_are_only_collected()
    {
        var groups = new List<int[]>();
        var gatherer = Recording(groups);

        gatherer.Hold();
        gatherer.Hold();
        gatherer.Add(1);
        gatherer.Add(2);
        gatherer.Release();
        groups.ShouldBeEmpty();
        gatherer.Release();

        groups.ShouldHaveSingleItem().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_many_threads_add_and_hold()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        var gatherer = new Gatherer<int>(
            lanes: 2,
            most: 16,
            async group =>
            {
                await Task.Yield();
                foreach (var item in group)
                {
                    seen.Add(item);
                }
            }
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 5_000; i++)
                        {
                            if (i % 7 == 0)
                            {
                                gatherer.Hold();
                                gatherer.Add((thread * 5_000) + i);
                                gatherer.Release();
                            }
                            else
                            {
                                gatherer.Add((thread * 5_000) + i);
                            }
                        }
                    })
                )
        );

        await Eventually.Until(() => Task.FromResult(seen.Count >= 40_000), TimeSpan.FromSeconds(20), "all are handled", Ct);
        seen.Order().ShouldBe(Enumerable.Range(0, 40_000));
    }

    [Fact]
    public void A_burst_collects_what_its_pieces_ask_for()
    {
        var groups = new List<int[]>();
        var gatherer = Recording(groups);
        var burst = new Burst([gatherer], TimeProvider.System);

        burst.Run([1, 2, 3], gatherer.Add);

        groups.ShouldHaveSingleItem().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_piece_that_blocks_its_thread_holds_up_neither_those_behind_it_nor_the_gatherer()
    {
        var groups = new List<int[]>();
        var gatherer = Recording(groups);
        var burst = new Burst([gatherer], TimeProvider.System);
        using var last = new ManualResetEventSlim();

        var running = Task.Run(() =>
            burst.Run(
                [1, 2, 3],
                piece =>
                {
                    if (piece == 1)
                    {
                        // Goes on only when the last piece was started by another thread, and what was gathered has been handled.
                        last.Wait(TimeSpan.FromSeconds(30), Ct).ShouldBeTrue();
                    }
                    else
                    {
                        gatherer.Add(piece);
                        if (piece == 3)
                        {
                            last.Set();
                        }
                    }
                }
            )
        );

        await running.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        groups.SelectMany(group => group).Order().ShouldBe([2, 3]);
    }

    private static Gatherer<int> Recording(List<int[]> groups) =>
        new(
            lanes: 1,
            most: 100,
            group =>
            {
                lock (groups)
                {
                    groups.Add([.. group]);
                }

                return Task.CompletedTask;
            }
        );
}
