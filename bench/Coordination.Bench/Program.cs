using Coordination.Bench;
using Coordination.Bench.Measuring;
using Coordination.Bench.Report;
using Coordination.Testing;

if (args is [WorkerProcess.Argument])
    return await WorkerProcess.WorkAsync();
if (args.Contains("--help"))
{
    Console.WriteLine(BenchOptions.Usage);
    return 0;
}

// Whatever libraries print is progress, too: standard output is the table's alone.
var output = Console.Out;
BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
    if (options.Merge.Length > 0)
    {
        Show(options.Merge.Select(Results.Read).Aggregate((all, next) => all.Append(next)));
        return 0;
    }
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{BenchOptions.Usage}");
    return 2;
}

Console.SetOut(Console.Error);
using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // Let the servers be removed; a second Ctrl+C ends at once, and they go with the process all the same.
    e.Cancel = !ending.IsCancellationRequested;
    ending.Cancel();
};
try
{
    var started = TimeProvider.System.GetTimestamp();
    await Console.Error.WriteLineAsync("starting RabbitMQ and PostgreSQL");
    await using var rabbit = await TestServers.StartDedicatedRabbitAsync(ending.Token, hostNetwork: true);
    await using var postgres = await TestServers.StartDedicatedPostgresAsync(ending.Token, durable: true, hostNetwork: true);
    var machine = await Machine.DescribeAsync(rabbit, postgres, ending.Token);
    var earlier = File.Exists(options.JsonFile) ? Results.Read(options.JsonFile) : null;
    var samples = new List<Sample>();
    for (var round = 1; round <= options.Rounds; round++)
    {
        foreach (var workload in options.Workloads)
        {
            var able = options.Contenders.Where(name => Contenders.All[name].Workloads.Contains(workload)).ToArray();
            // Each round starts with another contender, so that none always runs on a warmer or quieter machine.
            var first = round - 1 + (earlier?.Rounds(workload) ?? 0);
            for (var i = 0; i < able.Length; i++)
            {
                var name = able[(i + first) % able.Length];
                await Console.Error.WriteLineAsync($"round {round}/{options.Rounds}: {workload.ToString().ToLowerInvariant()} {name}");
                samples.AddRange(await new Trial(rabbit, postgres, options).RunAsync(name, workload, round, ending.Token));
            }
        }
    }
    var results = new Results(machine, TimeProvider.System.GetElapsedTime(started).TotalMinutes, samples);
    if (options.JsonFile is { } file)
        (earlier?.Append(results) ?? results).Write(file);
    Show(results);
    return 0;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped; the servers are removed");
    return 130;
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (VoidResultException e)
{
    await Console.Error.WriteLineAsync($"VOID: {e.Message}");
    return 1;
}
catch (ServerUnavailableException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 3;
}

void Show(Results results)
{
    var tables = Page.Render(results);
    output.WriteLine(tables);
    if (options.PageFile is { } page)
        Page.Put(page, tables);
}
