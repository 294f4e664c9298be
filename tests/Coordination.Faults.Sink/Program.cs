using System.Globalization;
using Coordination.Faults.Sink;

// The world outside, as one process: counts the calls it receives, does what each class of effect does in reality, and can end the process that calls it.
// Writes to a database of its own, into which nothing else writes; reads the product's journal at the moment a call arrives.
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{Text("SINK_PORT")}");
await using var ledger = await SinkLedger.OpenAsync(Text("SINK_LEDGER"), Text("SINK_JOURNAL"));
var app = builder.Build();
app.MapPost("/call", (SinkCall call) => Sink.ReceiveAsync(ledger, call));
app.MapGet("/probe/{key}", async (string key) => new SinkAnswer(await ledger.FindAsync(key)));
await app.StartAsync();
Console.WriteLine("up");

// Ends with whoever started it.
while (await Console.In.ReadLineAsync() is not null) { }

static string Text(string name) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"{name} is not set: this program is started by the fault suite.")
        );
