using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Coordination.Monitor;

/// <summary>The live feed: server-sent events, one connection a viewer.</summary>
internal static class LiveEndpoints
{
    private static readonly byte[] Begin = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] Comment = ": still here\n\n"u8.ToArray();
    private static readonly TimeSpan CommentEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    public static void MapLive(this RouteGroupBuilder api) => api.MapGet("/events", ListenAsync).ExcludeFromDescription();

    private static async Task<IResult> ListenAsync(
        string? topics,
        string? after,
        HttpContext context,
        LiveFeed feed,
        MonitorOptions options,
        IHostApplicationLifetime lifetime,
        TimeProvider time
    )
    {
        var resumed = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : after;
        using var listener = feed.Join(
            LiveTopics.Parse(topics),
            resumed,
            options.LiveConnections,
            $"{Admission.Of(context).Name} {Admission.Of(context).From}"
        );
        if (listener is null)
        {
            return Refusal.Of(
                HttpStatusCode.ServiceUnavailable,
                "TOO_MANY_LISTENERS",
                "Too many live connections",
                $"There may be {options.LiveConnections} (MonitorOptions.LiveConnections), a fifth of them for one viewer. The page works without one; it is read again by hand."
            );
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.Body.WriteAsync(Begin, end.Token);
            await response.Body.FlushAsync(end.Token);
            await SendAsync(context, listener, options, time, end.Token);
        }
        catch (Exception over) when (end.IsCancellationRequested && over is OperationCanceledException or IOException)
        {
            // The viewer has left, or the process ends.
        }
        return Results.Empty;
    }

    private static async Task SendAsync(
        HttpContext context,
        LiveFeed.Listener listener,
        MonitorOptions options,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var body = context.Response.Body;
        var commented = time.GetTimestamp();
        var checkedAt = time.GetTimestamp();
        var ready = listener.Waiting.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            var silence = CommentEvery - time.GetElapsedTime(commented);
            if (silence > TimeSpan.Zero)
                await Task.WhenAny(ready, Task.Delay(silence, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(checkedAt) >= CheckEvery)
            {
                checkedAt = time.GetTimestamp();
                if (!await MayAsync(context, options, time.GetUtcNow()))
                    return;
            }
            if (ready.IsCompleted)
            {
                await ready;
                while (listener.Waiting.TryRead(out var happened))
                    await body.WriteAsync(happened.Bytes, cancellationToken);
                ready = listener.Waiting.WaitToReadAsync(cancellationToken).AsTask();
            }
            else
            {
                await body.WriteAsync(Comment, cancellationToken);
            }
            commented = time.GetTimestamp();
            await body.FlushAsync(cancellationToken);
        }
    }

    /// <summary>The viewer may still look: its roles, and the host's policy, as they are now.</summary>
    private static async Task<bool> MayAsync(HttpContext context, MonitorOptions options, DateTimeOffset now)
    {
        if (context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc < now)
            return false;
        if (options.Policy is { } policy)
        {
            var authorization = context.RequestServices.GetRequiredService<IAuthorizationService>();
            if (!(await authorization.AuthorizeAsync(context.User, null, policy)).Succeeded)
                return false;
            return Viewer.Of(context, options, options.RolesOf(context.User)).Is(MonitorRole.Viewer);
        }
        return Admission.Of(context).Is(MonitorRole.Viewer);
    }
}
