namespace Coordination.Monitor;

/// <summary>Says on an endpoint which role it takes. Checked before the endpoint is run.</summary>
internal sealed record RoleRequirement(MonitorRole Role)
{
    /// <summary>What every endpoint takes that says nothing else.</summary>
    public static RoleRequirement Default { get; } = new(MonitorRole.Viewer);
}

internal static class RoleRequirementExtensions
{
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, MonitorRole role)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RoleRequirement(role));
}
