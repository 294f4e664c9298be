using System.Diagnostics;
using System.Globalization;

namespace Coordination.Persistence;

/// <summary>
/// Lets the fault suite end, freeze or cut off this process at an exact place. Off, a point costs the test of a constant. How it is switched on, and
/// that it cannot be in production: <see cref="FailpointPlan"/>.
/// </summary>
public static class Failpoint
{
    /// <summary>A file to which every fault that is carried out adds the line <c>point count action process</c> first.</summary>
    private const string LogVariable = "COORD_FAILPOINT_LOG";

    private static readonly FailpointPlan Plan = FailpointPlan.Read(Environment.GetEnvironmentVariable);

    // Static and readonly: the compiler of hot code knows it for a constant.
    private static readonly bool On = Plan.Faults.Count > 0;
    private static readonly int[] Passed = new int[Plan.Faults.Count];
    private static readonly List<(FailpointCut What, Action Close)> Cuts = [];

    private static readonly string? Bug = Plan.Bug;

    /// <summary>Whether any fault is planned in this process.</summary>
    public static bool IsOn => On;

    /// <summary>The process has come to a point of <see cref="Failpoints"/>.</summary>
    public static void Hit(string point)
    {
        if (On)
        {
            Pass(point);
        }
    }

    /// <summary>Whether this process makes a mistake of <see cref="PlantedBugs"/> on purpose.</summary>
    public static bool IsBroken(string bug) => Bug is not null && string.Equals(Bug, bug, StringComparison.Ordinal);

    /// <summary>Says how connections of this process are closed when a fault asks for it.</summary>
    public static void OnCut(FailpointCut what, Action close)
    {
        if (!On)
        {
            // Nobody will ask, and each would be kept for ever.
            return;
        }

        lock (Cuts)
        {
            Cuts.Add((what, close));
        }
    }

    /// <summary>Ends the start of a process that asks for faults where it must not, or asks for ones that do not exist.</summary>
    internal static void RefuseInProduction()
    {
        if (Plan.Refusal is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }
    }

    private static void Pass(string point)
    {
        for (var i = 0; i < Plan.Faults.Count; i++)
        {
            var fault = Plan.Faults[i];
            if (fault.Point == point && Interlocked.Increment(ref Passed[i]) == fault.Count)
            {
                CarryOut(fault);
            }
        }
    }

    private static void CarryOut(PlannedFault fault)
    {
        if (Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } log)
        {
            File.AppendAllText(log, $"{fault.Point} {fault.Count} {fault.Action} {Environment.ProcessId}\n");
        }

        switch (fault.Action)
        {
            case FailpointAction.Kill:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
            case FailpointAction.Pause:
                Freeze(fault.Pause);
                break;
            case FailpointAction.Throw:
                throw new FailpointException(fault.Point);
            case FailpointAction.CutDatabase:
                Cut(FailpointCut.Database);
                break;
            case FailpointAction.CutBroker:
                Cut(FailpointCut.Broker);
                break;
        }
    }

    /// <summary>Stopped by a child, because a stopped process cannot wake itself; the thread at the point goes on last.</summary>
    private static void Freeze(TimeSpan pause)
    {
        var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var seconds = pause.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        using var child = Process.Start("/bin/sh", ["-c", $"kill -STOP {self}; sleep {seconds}; kill -CONT {self}"]);
        child.WaitForExit();
    }

    private static void Cut(FailpointCut what)
    {
        List<Action> closing;
        lock (Cuts)
        {
            closing = [.. Cuts.Where(cut => cut.What == what).Select(cut => cut.Close)];
        }

        closing.ForEach(close => close());
    }
}

/// <summary>Which connections of a process a fault closes.</summary>
public enum FailpointCut
{
    /// <summary>Those to the database.</summary>
    Database,

    /// <summary>Those to the broker.</summary>
    Broker,
}

/// <summary>The fault <c>throw</c>: an exception no code expects.</summary>
public sealed class FailpointException(string point) : Exception($"Failpoint {point} was asked to throw.");
