using System.Collections.Concurrent;
using System.Diagnostics;
using Coordination.Workers;
using Npgsql;

namespace Coordination.Journal;

/// <summary>How an effect is made.</summary>
internal enum Way
{
    /// <summary>The call alone.</summary>
    Bare,

    /// <summary>By hand: a commit before the call, a commit after it, nothing else.</summary>
    Raw,

    /// <summary>Through the journal.</summary>
    Effect,

    /// <summary>A read through the journal.</summary>
    Read,
}

internal sealed record Work(Way Way, int Effects);

internal sealed record Worked(int Effects);

/// <summary>When every effect of a measurement began and ended.</summary>
internal sealed class Stopwatches
{
    public ConcurrentBag<(long From, long To)> All { get; set; } = [];
}

/// <summary>Makes effects one after the other; the call itself is a wait of a millisecond, as short as a target outside can be.</summary>
internal sealed class EffectsAgent(NpgsqlDataSource database, Stopwatches watches) : IAgent<Work, Worked>
{
    private static readonly EffectTool Tool = new("bench", EffectClass.Keyed) { Scope = ["i"] };
    private static readonly TimeSpan Call = TimeSpan.FromMilliseconds(1);

    public async Task<Worked> ExecuteAsync(Work input, AgentContext context, CancellationToken cancellationToken)
    {
        for (var i = 0; i < input.Effects; i++)
        {
            var from = Stopwatch.GetTimestamp();
            var made = input.Way switch
            {
                Way.Raw => await RawAsync(context.RunId, i, cancellationToken),
                Way.Effect => await context.Effect(
                    Tool,
                    new { i, note = "an argument of a usual length, for example an address" },
                    (_, token) => CallAsync(i, token)
                ),
                Way.Read => await context.Read("bench", new { i }, token => CallAsync(i, token)),
                _ => await CallAsync(i, cancellationToken),
            };
            watches.All.Add((from, Stopwatch.GetTimestamp()));
            if (made != i)
            {
                throw new PermanentFailure($"Effect {i} returned {made}.");
            }
        }

        return new Worked(input.Effects);
    }

    private static async Task<int> CallAsync(int i, CancellationToken cancellationToken)
    {
        await Task.Delay(Call, cancellationToken);
        return i;
    }

    private async Task<int> RawAsync(Guid run, int i, CancellationToken cancellationToken)
    {
        await CommitAsync("INSERT INTO raw_effect (run_id, i, args, at) VALUES ($1, $2, $3, clock_timestamp())", run, i, cancellationToken);
        await CallAsync(i, cancellationToken);
        await CommitAsync(
            "UPDATE raw_effect SET result = $3, ended_at = clock_timestamp() WHERE run_id = $1 AND i = $2",
            run,
            i,
            cancellationToken
        );
        return i;
    }

    private async Task CommitAsync(string text, Guid run, int i, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(text);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = run });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = i });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "an argument of a usual length, for example an address" });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
