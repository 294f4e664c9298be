using Coordination.Monitor.Bench;
using Coordination.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// dotnet run -c Release --project bench/Coordination.Monitor.Bench -- "Host=...;Database=..." [runs] [rounds]
var database = args[0];
var runs = args.Length > 1 ? long.Parse(args[1]) : 1_000_000;
var rounds = args.Length > 2 ? int.Parse(args[2]) : 5;

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder
    .Logging.ClearProviders()
    .AddSimpleConsole(console => console.SingleLine = true)
    .SetMinimumLevel(LogLevel.Warning)
    .AddFilter("Coordination", LogLevel.Information);
builder.Services.AddAuthorization();
builder.Services.AddPostgresStore(store => store.ConnectionString = database);
builder.Services.AddSingleton(
    new EnvelopeFactory(
        new Coordination.Contracts.Sender
        {
            Type = "bench",
            Instance = "1",
            Build = "1",
        },
        TimeProvider.System
    )
);
builder.Services.AddCoordinationMonitor(monitor =>
{
    monitor.AllowAnonymous();
    monitor.ReadTimeout = TimeSpan.FromSeconds(30);
});
var app = builder.Build();
app.MapCoordinationMonitor();
await app.Services.GetRequiredService<SchemaMigrator>().MigrateAsync();
await Seed.FillAsync(database, runs);
await app.StartAsync();
using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First() + "/coordination/api/v1/"), Timeout = TimeSpan.FromMinutes(2) };
await Seed.UntilListedAsync(database, runs);
await Measure.PagesAsync(http, rounds);
await app.StopAsync();
