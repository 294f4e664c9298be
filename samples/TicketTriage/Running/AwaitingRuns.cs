using Coordination.Persistence;

namespace TicketTriage.Running;

/// <summary>Stands in until the run saga's registration is there.</summary>
internal static class AwaitingRuns
{
    public static CoordinationBuilder AddRuns(this CoordinationBuilder builder) => builder;
}
