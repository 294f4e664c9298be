using System.Diagnostics;

namespace Coordination.Testing;

/// <summary>Waits for a condition with a deadline: the one place in the tests where a short delay is allowed.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <param name="condition">Asked again and again, every 25 ms. An exception counts as "not yet" and is named if time runs out.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="what">What is waited for, as the end of a sentence: "the order to be paid".</param>
    /// <param name="ct">Ends the wait early.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task Until(Func<Task<bool>> condition, TimeSpan deadline, string what, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        for (var tries = 1; ; tries++)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                if (await condition())
                    return;
                last = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                last = e;
            }
            if (clock.Elapsed > deadline)
                throw new TimeoutException(
                    $"Waited {clock.Elapsed.TotalSeconds:0.0} s ({tries} tries) for {what}. {last?.Message}".TrimEnd(),
                    last
                );
            await Task.Delay(Pause, ct);
        }
    }

    /// <inheritdoc cref="Until(Func{Task{bool}}, TimeSpan, string, CancellationToken)"/>
    public static Task Until(Func<bool> condition, TimeSpan deadline, string what, CancellationToken ct = default) =>
        Until(() => Task.FromResult(condition()), deadline, what, ct);
}
