using Coordination.Persistence;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>Who asks, and what the monitor lets them do.</summary>
public sealed record Me(
    string User,
    IReadOnlyList<MonitorRole> Roles,
    string Environment,
    string Version,
    DateTimeOffset Now,
    string? SignOut,
    int ConfirmAbove,
    bool HasBroker
);

internal static class MeEndpoints
{
    private static readonly string Version = typeof(MeEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0";

    public static void MapMe(this RouteGroupBuilder api) =>
        api.MapGet(
            "/me",
            (HttpContext context, MonitorOptions options, IHostEnvironment environment, IUnitOfWorkFactory units, TimeProvider time) =>
            {
                var viewer = Admission.Of(context);
                return Answer.Of(
                    new Me(
                        viewer.Name,
                        [.. viewer.Roles.Order()],
                        options.EnvironmentName ?? environment.EnvironmentName.ToLowerInvariant(),
                        Version,
                        time.GetUtcNow(),
                        options.SignOutPath,
                        options.ConfirmAbove,
                        !units.Dialect.IsEmbedded
                    )
                );
            }
        );
}
