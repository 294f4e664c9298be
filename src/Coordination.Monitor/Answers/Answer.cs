using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Coordination.Monitor;

/// <summary>An answer of the API in its own JSON, not the host's.</summary>
internal sealed class Answer<T>(T value, int status = StatusCodes.Status200OK) : IResult, IEndpointMetadataProvider
{
    public T Value => value;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(httpContext.Response.Body, value, MonitorJson.Options, httpContext.RequestAborted);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(Problem), ["application/problem+json"])
        );
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status403Forbidden, typeof(Problem), ["application/problem+json"])
        );
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status404NotFound, typeof(Problem), ["application/problem+json"])
        );
    }
}

internal static class Answer
{
    public static Answer<T> Of<T>(T value) => new(value);
}
