namespace Coordination.Monitor;

internal static class RunReadsRegistration
{
    /// <summary>What shows runs: the list and what keeps it, the run's page, the live feed.</summary>
    public static void AddRunReads(this IServiceCollection services)
    {
        services.AddSingleton<RunListReads>();
        services.AddSingleton<RunPageReads>();
        services.AddSingleton<RunBallotReads>();
        services.AddSingleton<RunEffectReads>();
        services.AddSingleton<RunWaitReads>();
        services.AddSingleton<RunResolve>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveProbes>();
        services.AddHostedService<LiveWatch>();
        services.AddSingleton<Projector>();
        services.AddHostedService(provider => provider.GetRequiredService<Projector>());
    }
}
