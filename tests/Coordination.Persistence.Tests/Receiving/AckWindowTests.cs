using CsCheck;

namespace Coordination.Persistence.Tests.Receiving;

/// <summary>Which acknowledgements a channel sends for deliveries that end in any order.</summary>
public sealed class An_acknowledgement_window
{
    [Fact]
    public void One_acknowledgement_settles_everything_up_to_the_first_that_is_not_done()
    {
        var window = new AckWindow(patience: 100);
        foreach (var tag in new ulong[] { 1, 2, 3, 4, 5 })
        {
            window.Arrived(tag);
        }

        window.Done(2);
        window.Take().ShouldBeEmpty();
        window.Done(1);
        window.Done(3);
        window.Done(5);

        window.Take().ShouldBe([new Ack(3, AndAllBefore: true)]);
        window.Take().ShouldBeEmpty();
        window.Done(4);
        window.Take().ShouldBe([new Ack(5, AndAllBefore: true)]);
        window.Count.ShouldBe(0);
    }

    [Fact]
    public void What_is_done_behind_one_that_takes_long_is_settled_singly()
    {
        var window = new AckWindow(patience: 3);
        for (ulong tag = 1; tag <= 4; tag++)
        {
            window.Arrived(tag);
        }

        window.Done(2);
        window.Done(3);
        window.Take().ShouldBeEmpty();
        window.Done(4);
        window.Take().ShouldBe([new Ack(2, false), new Ack(3, false), new Ack(4, false)]);
        window.Done(1);
        window.Take().ShouldBe([new Ack(1, AndAllBefore: true)]);
    }

    [Fact]
    public void One_that_was_given_back_is_never_acknowledged_and_holds_up_nobody()
    {
        var window = new AckWindow(patience: 100);
        window.Arrived(1);
        window.Arrived(2);
        window.Returned(1);
        window.Done(1);
        window.Done(2);

        window.Take().ShouldBe([new Ack(2, AndAllBefore: true)]);
    }

    [Fact]
    public void Whatever_happens_only_done_deliveries_are_acknowledged_and_all_of_them_in_the_end() =>
        Gen.Select(Gen.Int[1, 8], Gen.Select(Gen.Int[0, 3], Gen.Int[0, 30]).Array[1, 200])
            .Sample(
                (patience, moves) =>
                {
                    var window = new AckWindow(patience);
                    var broker = new SortedSet<ulong>();
                    var done = new HashSet<ulong>();
                    ulong last = 0;
                    foreach (var (move, choice) in moves)
                    {
                        if (move <= 1)
                        {
                            window.Arrived(++last);
                            broker.Add(last);
                        }
                        else if (broker.Except(done).ToArray() is { Length: > 0 } open)
                        {
                            var tag = open[choice % open.Length];
                            if (move == 2)
                            {
                                window.Done(tag);
                                done.Add(tag);
                            }
                            else
                            {
                                window.Returned(tag);
                                broker.Remove(tag);
                            }
                        }

                        Acknowledge(window, broker, done);
                    }

                    foreach (var tag in broker.Except(done).ToArray())
                    {
                        window.Done(tag);
                        done.Add(tag);
                    }

                    Acknowledge(window, broker, done);
                    return broker.Count == 0 && window.Count == 0;
                }
            );

    private static void Acknowledge(AckWindow window, SortedSet<ulong> broker, HashSet<ulong> done)
    {
        foreach (var ack in window.Take())
        {
            // A tag that is not open closes the channel.
            broker.ShouldContain(ack.Tag);
            foreach (var settled in broker.Where(tag => tag == ack.Tag || (ack.AndAllBefore && tag < ack.Tag)).ToArray())
            {
                done.ShouldContain(settled);
                broker.Remove(settled);
            }
        }
    }
}
