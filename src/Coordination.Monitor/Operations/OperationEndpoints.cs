using System.Net;
using System.Text.Json;
using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>What people do: one endpoint for every change, and what became of it.</summary>
internal static class OperationEndpoints
{
    private const int MostBytes = 1024 * 1024;

    public static void MapOperation(this RouteGroupBuilder api)
    {
        api.MapPost("/operations", (Delegate)SubmitAsync).Accepts<OperationRequest>("application/json");
        api.MapGet(
            "/operations",
            async (OperationStore store, string? after, int? limit, CancellationToken cancellationToken) =>
            {
                var before = Cursor.Read(after, 2, values => (values[0].GetDateTimeOffset(), values[1].GetGuid()));
                var size = Page.Size(limit);
                var rows = await store.ListAsync(before, size + 1, cancellationToken);
                var next = rows.Count > size ? Cursor.Write(rows[size - 1].CreatedAt, rows[size - 1].Id) : null;
                return Answer.Of(new OperationPage([.. rows.Take(size).Select(row => row.ToOperation([]))], next));
            }
        );
        api.MapGet(
            "/operations/{id:guid}",
            async (OperationDesk desk, Guid id, CancellationToken cancellationToken) =>
                Answer.Of(await desk.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound($"There is no operation {id}"))
        );
        Turn(api, "suspend", "suspended");
        Turn(api, "resume", "running");
        Turn(api, "cancel", "cancelled");
    }

    private static void Turn(RouteGroupBuilder api, string verb, string status) =>
        api.MapPost(
                $"/operations/{{id:guid}}/{verb}",
                async (
                    OperationDesk desk,
                    OperationRunner runner,
                    AuditTrail audit,
                    Guid id,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) =>
                {
                    var operation = await desk.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound($"There is no operation {id}");
                    var viewer = Admission.Of(context);
                    if (OperationKind.Find(operation.Kind)?.Missing(viewer) is { } role)
                    {
                        await audit.WriteAsync(
                            new AuditEntry(
                                viewer,
                                $"operation.{status}",
                                $"operation {id}",
                                null,
                                "forbidden",
                                Detail: $"lacks the role {MonitorRoles.NameOf(role)}"
                            )
                            {
                                OperationId = id,
                            },
                            cancellationToken
                        );
                        throw Refusal.Missing(role);
                    }
                    try
                    {
                        await runner.TurnAsync(id, status, viewer, cancellationToken);
                    }
                    catch (GuardFailedException)
                    {
                        throw Refusal.Of(HttpStatusCode.Conflict, "REFUSED", $"The operation is {operation.Status}");
                    }
                    return Answer.Of((await desk.FindAsync(id, cancellationToken))!);
                }
            )
            .Requires(MonitorRole.Operator);

    private static async Task<Answer<Operation>> SubmitAsync(HttpContext context, OperationDesk desk)
    {
        var request = await ReadAsync(context.Request, context.RequestAborted);
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if ((!Guid.TryParse(key, out var id) || id == Guid.Empty) && !request.DryRun)
        {
            throw Refusal.BadRequest(
                "The Idempotency-Key is missing",
                new BodyProblem(
                    "NO_KEY",
                    "Idempotency-Key",
                    "Send a new UUID in the header Idempotency-Key, and the same one when you send the same request again."
                )
            );
        }
        var operation = await desk.SubmitAsync(id, request, Admission.Of(context), context.RequestAborted);
        return new Answer<Operation>(operation, operation.Status == "running" ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    // Names of classes say nothing to whoever sent it.
    private static string Words(JsonException broken) =>
        broken.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? $"There is no member {broken.Path?.Split('.')[^1]} here."
            : broken.Message.Split(" Path:", 2)[0].Replace(typeof(OperationRequest).Namespace + ".", "", StringComparison.Ordinal);

    private static async Task<OperationRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType is null || !request.ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            throw Refusal.Of(HttpStatusCode.UnsupportedMediaType, "NOT_JSON", "The request is not application/json");
        if (request.ContentLength > MostBytes)
            throw Refusal.Of(HttpStatusCode.RequestEntityTooLarge, "TOO_LARGE", "The request is larger than 1 MB");
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            body.Write(buffer, 0, read);
            if (body.Length > MostBytes)
                throw Refusal.Of(HttpStatusCode.RequestEntityTooLarge, "TOO_LARGE", "The request is larger than 1 MB");
        }
        try
        {
            return JsonSerializer.Deserialize<OperationRequest>(body.GetBuffer().AsSpan(0, (int)body.Length), MonitorJson.Requests)
                ?? throw new JsonException("The body is null.");
        }
        catch (InvalidOperationException)
        {
            throw Refusal.BadRequest(
                "The request cannot be read",
                new BodyProblem("BAD_JSON", "$", "A text is no Unicode: it has half of a surrogate pair.")
            );
        }
        catch (JsonException broken)
        {
            throw Refusal.BadRequest("The request cannot be read", new BodyProblem("BAD_JSON", broken.Path ?? "$", Words(broken)));
        }
    }
}
