namespace Coordination.Monitor;

internal static class WorkReadsRegistration
{
    /// <summary>What shows everything that is not a run: ballots, effects, timers, dead letters, agents, flow, overview.</summary>
    public static void AddWorkReads(this IServiceCollection services) { }
}
