using System.Reflection;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>Every message contract of this package. An explicit list: nothing becomes a contract by being in the assembly.</summary>
public static class ContractCatalog
{
    private static readonly Dictionary<string, ContractInfo> ById;
    private static readonly Dictionary<Type, ContractInfo> ByType;
    private static readonly HashSet<string> Names;

    static ContractCatalog()
    {
        All =
        [
            Describe<SubmitRun>(),
            Describe<RunAccepted>(),
            Describe<RunRejected>(),
            Describe<CancelRun>(),
            Describe<RunCompleted>(),
            Describe<RunPartial>(),
            Describe<RunFailed>(),
            Describe<RunCancelled>(),
            Describe<RunExpired>(),
            Describe<RunBallotDecided>(),
            Describe<RunTimerDue>(),
            Describe<ExecuteStep>(),
            Describe<StepProgress>(),
            Describe<StepCompleted>(),
            Describe<StepFailed>(),
            Describe<InputRequired>(),
            Describe<InputAnswered>(),
            Describe<CancelStep>(),
            Describe<CompensateStep>(),
            Describe<StepCompensated>(),
            Describe<AgentAnnounced>(),
            Describe<OpenBallot>(),
            Describe<BallotOpened>(),
            Describe<BallotRefused>(),
            Describe<RequestVote>(),
            Describe<CastVote>(),
            Describe<VoteRefused>(),
            Describe<BallotClosed>(),
            Describe<BallotDecided>(),
            Describe<AnswerBallot>(),
            Describe<CancelBallot>(),
            Describe<ReportOutcome>(),
            Describe<BallotTimerDue>(),
        ];
        ById = All.ToDictionary(contract => contract.Id, StringComparer.Ordinal);
        ByType = All.ToDictionary(contract => contract.Type);
        Names = new HashSet<string>(All.Select(contract => contract.Name), StringComparer.Ordinal);
    }

    /// <summary>All contracts, in the order of a run's life.</summary>
    public static IReadOnlyList<ContractInfo> All { get; }

    /// <summary>The contract with this wire id, for example <c>run.submit.v1</c>; null when this build does not know it.</summary>
    public static ContractInfo? Find(string id) => ById.TryGetValue(id, out var contract) ? contract : null;

    /// <summary>The contract of a message type.</summary>
    /// <exception cref="ArgumentException">The type is not a message of this package.</exception>
    public static ContractInfo For(Type type)
    {
        if (ByType.TryGetValue(type, out var contract))
        {
            return contract;
        }

        throw new ArgumentException(
            $"{type.FullName} is not a message contract. Send one of the records in Coordination.Contracts.V1 that carry [Contract]; "
                + "a new message needs that attribute and a line in ContractCatalog.",
            nameof(type)
        );
    }

    /// <inheritdoc cref="For(Type)"/>
    public static ContractInfo For<T>() => For(typeof(T));

    internal static bool KnowsName(string name) => Names.Contains(name);

    private static ContractInfo Describe<T>()
    {
        var attribute = typeof(T).GetCustomAttribute<ContractAttribute>()!;
        return new ContractInfo(typeof(T), attribute.Name, attribute.Major, attribute.Minor);
    }
}
