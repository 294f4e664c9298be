namespace Coordination.Monitor;

/// <summary>The API's OpenAPI document.</summary>
internal static class MonitorDocument
{
    public const string Name = "coordination-v1";

    public static void AddMonitorDocument(this IServiceCollection services) =>
        services.AddOpenApi(
            Name,
            options =>
            {
                options.ShouldInclude = endpoint => endpoint.GroupName == Name;
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Info.Title = "Coordination monitor";
                        document.Info.Version = "v1";
                        document.Servers = [];
                        return Task.CompletedTask;
                    }
                );
            }
        );

    public static void MapDocument(this RouteGroupBuilder api) => api.MapOpenApi("/openapi/{documentName}.json").ExcludeFromDescription();
}
