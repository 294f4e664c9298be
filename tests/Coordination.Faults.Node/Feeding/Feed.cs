namespace Coordination.Faults.Node.Feeding;

/// <summary>Says whether new work is still to be made; what is under way goes on.</summary>
internal static class Feed
{
    private static readonly CancellationTokenSource Ended = new();

    public static bool IsOpen => !Ended.IsCancellationRequested;

    public static void Stop()
    {
        Ended.Cancel();
        Console.WriteLine("feeding stopped");
    }
}
