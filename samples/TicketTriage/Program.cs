using System.CommandLine;
using Coordination.Persistence;
using Coordination.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spectre.Console;
using TicketTriage;
using TicketTriage.Ballots;
using TicketTriage.People;
using TicketTriage.Running;
using TicketTriage.Tickets;

// Reading order: TicketPlan.cs (what is done), Agents/ (who does it), Outside/ (what they act on), Running/Composition.cs (how it is put together).
var patience = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
return await CommandLine.Create(RunAsync).Parse(args).InvokeAsync(patience);

static async Task<int> RunAsync(SampleOptions options, CancellationToken stop)
{
    try
    {
        await Servers.WaitAsync(options, stop);
        using var host = Composition.Build(options);
        await PrepareTablesAsync(host.Services.GetRequiredService<SchemaMigrator>(), options, stop);
        await StartAsync(host, options, stop);
        return options.Submits ? await SubmitAsync(host, options, stop) : await ServeAsync(host, options, stop);
    }
    catch (ServerRefusedException refused)
    {
        await Console.Error.WriteLineAsync(refused.Message);
        return 2;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return 1;
    }
}

static async Task StartAsync(IHost host, SampleOptions options, CancellationToken stop)
{
    try
    {
        await host.StartAsync(stop);
    }
    catch (IOException taken) when (options.Monitor)
    {
        throw new ServerRefusedException(
            $"The monitor cannot be at {options.MonitorUrl}: {taken.Message} Choose another --monitor-url.",
            taken
        );
    }

    if (MonitorPage.AddressOf(host) is { } address)
    {
        Console.WriteLine($"Monitor: {address}");
    }
}

static Task PrepareTablesAsync(SchemaMigrator tables, SampleOptions options, CancellationToken stop) =>
    options.HostsRuns && options.Migrate
        ? tables.MigrateAsync(cancellationToken: stop)
        : Servers.WaitAsync("somebody to make the tables", cancellationToken => tables.EnsureCurrentAsync(cancellationToken), stop);

static async Task<int> ServeAsync(IHost host, SampleOptions options, CancellationToken stop)
{
    Console.WriteLine($"{options.Role} is up{(options.HostsAgents ? $": {string.Join(", ", options.Agents)}" : "")}. Ctrl+C stops it.");
    await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
    await host.StopAsync(CancellationToken.None);
    return 0;
}

static async Task<int> SubmitAsync(IHost host, SampleOptions options, CancellationToken stop)
{
    await using var file = File.OpenRead(options.Tickets ?? Path.Combine(AppContext.BaseDirectory, "tickets.jsonl"));
    var (tickets, badLines) = await TicketFile.ReadAsync(file, options.DataSet, stop);
    foreach (var line in badLines)
    {
        Console.WriteLine($"{file.Name}, line {line.Number}: {line.Fault}; skipped");
    }

    if (options.RefundBallot)
    {
        await Fleet.WaitAsync(host.Services.GetRequiredService<RunClient>(), RefundBallot.AgentTypes, stop);
        return await RefundBallotDemo.RunAsync(host, options, tickets, stop);
    }

    var client = host.Services.GetRequiredService<RunClient>();
    var watch = new RunWatch(client, tickets);
    var live = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
    var work = SubmitAndWaitAsync();
    try
    {
        await ProgressView.ShowAsync(watch, tickets.Count, work, live);
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        Console.WriteLine($"Stopped with {watch.Ended} of {tickets.Count} runs ended. The same command goes on from here.");
    }

    if (!options.Monitor)
    {
        await host.StopAsync(CancellationToken.None);
    }

    var runs = watch.Runs.Select(run => run.Run).ToList();
    var audit = Audit.Of(options.Data);
    var summary = Summary.Of(watch.Submitted, runs, audit);
    foreach (var reason in Report.Rejections(watch.Runs))
    {
        Console.WriteLine(reason);
    }

    AnsiConsole.Profile.Width = live ? AnsiConsole.Profile.Width : 120;
    AnsiConsole.Write(Report.Of(runs, audit));
    Console.WriteLine(summary.ToLine());
    if (options.Monitor)
    {
        await ShowAsync(host, stop);
    }

    return watch.Ended == tickets.Count && summary.DuplicateEffects == 0 ? 0 : 1;

    async Task SubmitAndWaitAsync()
    {
        await Fleet.WaitAsync(client, Fleet.AgentTypes, stop);
        await watch.SubmitAsync(stop);
        if (options is { Monitor: true, HostsAgents: true })
        {
            await PeopleCases.SubmitAsync(client, tickets, stop);
        }

        await watch.WaitAsync(stop);
    }
}

static async Task ShowAsync(IHost host, CancellationToken stop)
{
    Console.WriteLine($"Some work waits for a person: {MonitorPage.AddressOf(host)}  Ctrl+C ends the program.");
    await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
    await host.StopAsync(CancellationToken.None);
}
