namespace Coordination.Monitor;

internal static class WorkReadsRegistration
{
    /// <summary>What shows everything that is not a run: ballots, effects, timers, dead letters, agents, flow, overview.</summary>
    public static void AddWorkReads(this IServiceCollection services)
    {
        services.AddSingleton<BallotReads>();
        services.AddSingleton<BallotBook>();
        services.AddSingleton<EffectReads>();
        services.AddSingleton<TimerReads>();
        services.AddSingleton<GroupReads>();
        services.AddSingleton<LetterReads>();
        services.AddSingleton<LetterDesk>();
        services.AddSingleton<OutboxReads>();
        services.AddSingleton<BrokerQueues>();
        services.AddSingleton<FlowReads>();
        services.AddSingleton<AgentReads>();
        services.AddSingleton<RunFigures>();
        services.AddSingleton<TypicalReads>();
        services.AddSingleton<OverviewReads>();
        services.AddSingleton<NavReads>();
    }
}
