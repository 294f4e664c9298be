using Coordination.Persistence;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Coordination.Monitor;

internal static class OperationsRegistration
{
    /// <summary>What changes something, and the audit of it. A process that is no server has it too: the command line.</summary>
    public static void AddOperations(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(AuditTrail)))
            return;
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<IAuditTrail>(provider => provider.GetRequiredService<AuditTrail>());
        services.AddSingleton<AuditReads>();
        services.TryAddSingleton<MonitorOptions>();
        services.TryAddSingleton<Reads>();
        services.TryAddSingleton<RunListReads>();
        services.TryAddSingleton<GroupReads>();
        services.AddSingleton<AnswerClaims>();
        services.AddSingleton<OperationStore>();
        services.AddSingleton<OperationSelection>();
        services.AddSingleton<OperationItems>();
        services.AddSingleton<OperationDesk>();
        services.AddSingleton<OperationRunner>();
        services.TryAddSingleton(provider => new DeadLetters(provider.GetRequiredService<IUnitOfWorkFactory>()));
        services.AddSingleton<OperationAct, CancelRunAct>();
        services.AddSingleton<OperationAct, AnswerRunAct>();
        services.AddSingleton<OperationAct, ResolveEffectAct>();
        services.AddSingleton<OperationAct, AnswerBallotAct>();
        services.AddSingleton<OperationAct, ReportBallotAct>();
        services.AddSingleton<OperationAct, CancelBallotAct>();
        services.AddSingleton<OperationAct, MoveTimerAct>();
        services.AddSingleton<OperationAct, CancelTimerAct>();
        services.AddSingleton<OperationAct, RetryLetterAct>();
        services.AddSingleton<OperationAct, EditLetterAct>();
        services.AddSingleton<OperationAct, DiscardLetterAct>();
    }

    /// <summary>Carries out operations on many targets in this process.</summary>
    public static void AddOperationRunner(this IServiceCollection services)
    {
        services.AddHostedService(provider => provider.GetRequiredService<OperationRunner>());
    }
}
