using System.Text.Json;
using Coordination.Contracts;
using Microsoft.Extensions.AI;

namespace Coordination.Workers;

/// <summary>
/// A function a model may call, as an effect of the step. Retries happen below the model; it sees one answer. A failure it can do something about (another argument, another
/// tool) is told to it as structure; one that passes by itself ends the conversation, because every further turn would pay for the whole context again.
/// </summary>
internal sealed class EffectFunction(AIFunction inner, EffectTool tool, DecisionToken? decision, EffectSession session)
    : DelegatingAIFunction(inner)
{
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var args = JsonSerializer.SerializeToElement(
            arguments.ToDictionary(argument => argument.Key, argument => Bound(argument.Key, argument.Value), StringComparer.Ordinal),
            JsonSerializerOptions
        );
        try
        {
            return await session.PerformAsync(
                tool.Class == EffectClass.Pure ? session.ReadIntent(tool, args) : session.Intent(tool, args, decision),
                async (_, token) => JsonSerializer.SerializeToElement(await base.InvokeCoreAsync(arguments, token), JsonSerializerOptions),
                probe: null,
                notes: null
            );
        }
        catch (ArgumentException wrong)
        {
            return new
            {
                code = ReasonCode.ContractInvalid,
                retryable = false,
                detail = Text.Bounded(wrong.Message, 500),
            };
        }
        catch (EffectFailure failure) when (IsForTheModel(failure.Code))
        {
            session.Told(failure);
            return failure.ToModel();
        }
    }

    /// <summary>The value as the function gets it: <c>"100"</c> and <c>100</c> for a whole number are one argument, not two.</summary>
    private object? Bound(string name, object? value)
    {
        var type = InnerFunction.UnderlyingMethod?.GetParameters().FirstOrDefault(parameter => parameter.Name == name)?.ParameterType;
        if (type is null || value is not JsonElement json)
        {
            return value;
        }

        return
            Read(json, type, out var read)
            || (
                json.ValueKind == JsonValueKind.String
                && type != typeof(string)
                && TryParse(json.GetString()!, out var inner)
                && Read(inner, type, out read)
            )
            ? JsonSerializer.SerializeToElement(read, type, JsonSerializerOptions)
            : value;
    }

    private bool Read(JsonElement json, Type type, out object? value)
    {
        try
        {
            value = json.Deserialize(type, JsonSerializerOptions);
            return true;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            // The function will say what is wrong with it.
            value = null;
            return false;
        }
    }

    private static bool TryParse(string text, out JsonElement json)
    {
        try
        {
            json = JsonSerializer.Deserialize<JsonElement>(text);
            return true;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }

    /// <summary>Something it can change; everything else passes by itself or never.</summary>
    private static bool IsForTheModel(string code) =>
        code
            is ReasonCode.NonRetryable
                or ReasonCode.ContractInvalid
                or ReasonCode.IdempotencyConflict
                or ReasonCode.DuplicateFailure
                or ReasonCode.QualityRejected;
}
