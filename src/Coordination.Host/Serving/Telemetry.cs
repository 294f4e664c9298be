using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coordination.Host.Serving;

/// <summary>Traces and metrics by OTLP, when a collector is named.</summary>
internal static class Telemetry
{
    /// <summary>The standard setting of OpenTelemetry exporters; the further <c>OTEL_*</c> settings count too.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[Endpoint]))
            return;
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(configuration["OTEL_SERVICE_NAME"] ?? "coordination-host"))
            .WithTracing(tracing => tracing.AddSource("Coordination", "MassTransit").AddNpgsql().AddOtlpExporter())
            .WithMetrics(metrics =>
                metrics.AddMeter("Coordination", "Coordination.*", "MassTransit", "Npgsql").AddAspNetCoreInstrumentation().AddOtlpExporter()
            );
    }
}
