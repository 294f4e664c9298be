using Coordination.Contracts.V1;
using Coordination.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coordination.Persistence.Tests.Bus;

/// <summary>An endpoint whose handlers behave badly, in a process without broker.</summary>
public sealed class An_endpoint_of_this_process
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_on_with_what_arrives_while_a_handler_blocks_its_thread()
    {
        await using var installation = new Embedded();
        using var released = new ManualResetEventSlim();
        var (blocking, others) = (0, 0);
        using var host = await StartAsync(
            installation,
            _ =>
            {
                if (Interlocked.Increment(ref blocking) == 1)
                {
                    released.Wait(Deadline, Ct).ShouldBeTrue("the others were handled meanwhile");
                }
                else
                {
                    Interlocked.Increment(ref others);
                }

                return Task.CompletedTask;
            }
        );

        await SendAsync(host, 1);
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref blocking) == 1), Deadline, "the first is being handled", Ct);
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(host, 1);
            await Eventually.Until(() => Task.FromResult(Volatile.Read(ref others) == i + 1), Deadline / 2, "another one is handled", Ct);
        }

        released.Set();
        await host.StopAsync(Ct);
    }

    [Fact]
    [Trait("req", "OBX-02")]
    public async Task Keeps_a_message_until_the_last_of_its_consumers_has_committed()
    {
        await using var installation = new Embedded();
        var (first, second) = (0, 0);
        using var host = await installation.StartAsync(builder =>
            builder.AddEndpoint(
                Name,
                (_, endpoint) =>
                {
                    endpoint.Consumer(() =>
                        new Consumer(_ =>
                        {
                            Interlocked.Increment(ref first);
                            return Task.CompletedTask;
                        })
                    );
                    endpoint.Consumer(() =>
                        new OtherConsumer(async () =>
                        {
                            // The first consumer's commit is through by now, and the process ends: what is not done must come again.
                            await Eventually.Until(() => Task.FromResult(Volatile.Read(ref first) >= 1), Deadline, "the first ran");
                            await Task.Delay(300, CancellationToken.None);
                            if (Interlocked.Increment(ref second) == 1)
                            {
                                throw new OperationCanceledException("as if the process ended");
                            }
                        })
                    );
                }
            )
        );
        var endpoints = host.Services.GetRequiredService<LocalEndpoints>();
        await SendAsync(host, 1);
        await Eventually.Until(() => Task.FromResult(endpoints.All.Single().Active == 1), Deadline, "it is being handled", Ct);
        endpoints.All.Single().Cancel();

        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref second) >= 2), Deadline, "the second consumer got it again", Ct);
        await Eventually.Until(async () => await RowsAsync(host, "outbox") == 0, Deadline, "the row is gone", Ct);
        (await RowsAsync(host, "dead_letter")).ShouldBe(0);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Gives_back_what_the_end_of_the_process_has_cancelled_by_whatever_token()
    {
        await using var installation = new Embedded();
        var runs = 0;
        using var host = await StartAsync(
            installation,
            async cancellationToken =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    await Task.Delay(Timeout.Infinite, limit.Token);
                }
            }
        );
        await SendAsync(host, 1);
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref runs) == 1), Deadline, "it is being handled", Ct);

        host.Services.GetRequiredService<LocalEndpoints>().All.Single().Cancel();

        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref runs) == 2), Deadline, "it is handled again", Ct);
        (await RowsAsync(host, "dead_letter")).ShouldBe(0);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Starts_nothing_new_when_the_process_ends()
    {
        await using var installation = new Embedded();
        var runs = 0;
        var leave = new TaskCompletionSource();
        var host = await StartAsync(
            installation,
            _ =>
            {
                Interlocked.Increment(ref runs);
                return leave.Task;
            },
            concurrency: 1,
            prefetch: 50
        );
        await SendAsync(host, 30);
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref runs) == 1), Deadline, "the first is being handled", Ct);

        var stopping = host.StopAsync(Ct);
        await Eventually.Until(
            () => Task.FromResult(host.Services.GetRequiredService<LocalEndpoints>().All.Single().Waiting == 0),
            Deadline,
            "what waited has gone back",
            Ct
        );
        leave.SetResult();
        await stopping.WaitAsync(Deadline, Ct);
        runs.ShouldBe(1);
        host.Dispose();

        using var next = await StartAsync(installation, _ => Task.FromResult(Interlocked.Increment(ref runs)));
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref runs) == 30), Deadline, "the rest is handled after the start", Ct);
        await next.StopAsync(Ct);
    }

    [Fact]
    public async Task Keeps_the_order_when_it_handles_one_at_a_time_and_one_comes_again()
    {
        await using var installation = new Embedded();
        var (applied, firstRuns) = (new List<int>(), 0);
        using var host = await installation.StartAsync(builder =>
            builder.AddEndpoint(
                Name,
                (_, endpoint) =>
                    endpoint.Consumer(() =>
                        new NumberConsumer(
                            async (number, cancellationToken) =>
                            {
                                if (number == 1 && Interlocked.Increment(ref firstRuns) == 1)
                                {
                                    await Task.Delay(Timeout.Infinite, cancellationToken);
                                }

                                lock (applied)
                                {
                                    applied.Add(number);
                                }
                            }
                        )
                    ),
                concurrentMessageLimit: 1,
                prefetchCount: 50
            )
        );
        var endpoint = host.Services.GetRequiredService<LocalEndpoints>().All.Single();
        await SendInOrderAsync(host, 5);
        await Eventually.Until(
            () => Task.FromResult(Volatile.Read(ref firstRuns) == 1 && endpoint.Waiting == 4),
            Deadline,
            "four wait behind the first",
            Ct
        );

        endpoint.Cancel();

        await Eventually.Until(() => Task.FromResult(Count(applied) == 5), Deadline, "all are applied", Ct);
        applied.ShouldBe([1, 2, 3, 4, 5]);
        await host.StopAsync(Ct);

        static int Count(List<int> numbers)
        {
            lock (numbers)
            {
                return numbers.Count;
            }
        }
    }

    [Fact]
    public async Task Takes_no_more_from_the_table_than_it_has_room_for()
    {
        await using var installation = new Embedded();
        var leave = new TaskCompletionSource();
        var runs = 0;
        using var host = await StartAsync(
            installation,
            _ =>
            {
                Interlocked.Increment(ref runs);
                return leave.Task;
            },
            concurrency: 1,
            prefetch: 5
        );
        var endpoint = host.Services.GetRequiredService<LocalEndpoints>().All.Single();
        await SendAsync(host, 200);

        var most = 0;
        for (var i = 0; i < 30; i++)
        {
            await Task.Delay(100, Ct);
            most = Math.Max(most, endpoint.Waiting);
        }

        most.ShouldBeInRange(1, 5);
        leave.SetResult();
        await Eventually.Until(() => Task.FromResult(Volatile.Read(ref runs) == 200), 2 * Deadline, "all are handled", Ct);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Has_a_name_of_its_own()
    {
        await using var installation = new Embedded();

        var refused = await Should.ThrowAsync<ConfigurationException>(
            installation.StartAsync(builder =>
            {
                Effects.Endpoint(builder);
                Effects.Endpoint(builder);
            })
        );

        refused.Message.ShouldContain("effects");
    }

    private const string Name = "bad";

    private static Task<IHost> StartAsync(
        Installation installation,
        Func<CancellationToken, Task> handle,
        int concurrency = 8,
        int prefetch = 64
    ) =>
        installation.StartAsync(builder =>
            builder.AddEndpoint(Name, (_, endpoint) => endpoint.Consumer(() => new Consumer(handle)), concurrency, prefetch)
        );

    private static async Task SendAsync(IHost host, int count)
    {
        await using var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create();
        for (var i = 0; i < count; i++)
        {
            var run = Guid.CreateVersion7();
            work.Send(
                ContractOutgoing.To(
                    Name,
                    new StepProgress
                    {
                        RunId = run,
                        StepId = "one",
                        Attempt = 1,
                    },
                    Installation.Envelope(host, run)
                )
            );
        }

        await work.CommitAsync(Ct);
    }

    /// <summary>Messages 1, 2, 3 ... of one ordered group.</summary>
    private static async Task SendInOrderAsync(IHost host, int count)
    {
        await using var work = host.Services.GetRequiredService<IUnitOfWorkFactory>().Create();
        var run = Guid.CreateVersion7();
        for (var number = 1; number <= count; number++)
        {
            var message = new StepProgress
            {
                RunId = run,
                StepId = "one",
                Attempt = 1,
                Percent = number,
            };
            work.Send(ContractOutgoing.To(Name, message, Installation.Envelope(host, run)) with { Ordered = true, GroupId = run });
        }

        await work.CommitAsync(Ct);
    }

    private static async Task<long> RowsAsync(IHost host, string table)
    {
        var units = host.Services.GetRequiredService<IUnitOfWorkFactory>();
        return (await units.QueryAsync(new Statement($"SELECT count(*) FROM {units.Dialect.Table(table)}"), row => row.GetInt64(0), Ct))[0];
    }

    private sealed class Consumer(Func<CancellationToken, Task> handle) : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context) => handle(context.CancellationToken);
    }

    private sealed class NumberConsumer(Func<int, CancellationToken, Task> handle) : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context) => handle(context.Message.Percent!.Value, context.CancellationToken);
    }

    private sealed class OtherConsumer(Func<Task> handle) : IConsumer<StepProgress>
    {
        public Task Consume(ConsumeContext<StepProgress> context) => handle();
    }
}
