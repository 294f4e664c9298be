using System.Diagnostics;

namespace Coordination.Faults.Sink;

/// <summary>One call, from its arrival to its answer. What it does goes to its end even when the caller is gone.</summary>
internal static class Sink
{
    public static async Task<SinkAnswer> ReceiveAsync(SinkLedger ledger, SinkCall call)
    {
        var id = await ledger.ReceivedAsync(call);
        if (call.Kill == "before")
        {
            await EndAsync(call, "before");
            return new SinkAnswer(null);
        }

        var receipt = call.Class switch
        {
            "pure" => id,
            "idempotent" => await ledger.SetAsync(call),
            "keyed" => await ledger.DoOnceAsync(call),
            _ => await ledger.DoAsync(call),
        };
        if (call.Kill == "after")
        {
            await EndAsync(call, "after");
            return new SinkAnswer(null);
        }

        await ledger.AnsweredAsync(id);
        return new SinkAnswer(receipt);
    }

    private static async Task EndAsync(SinkCall call, string when)
    {
        File.AppendAllText(call.KillLog!, $"in the call, {when} its effect: kill {call.Process}\n");
        using var caller = Process.GetProcessById(call.Process);
        caller.Kill();
        // It is gone before anything is said.
        await Task.Delay(TimeSpan.FromMilliseconds(100));
    }
}
