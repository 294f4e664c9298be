using System.Text.Json;
using Coordination.Contracts;
using Microsoft.Extensions.AI;

namespace Coordination.Workers;

/// <summary>
/// A function a model may call, as an effect of the step. Retries happen below the model; it sees one answer. A failure it can do something about (another argument, another
/// tool) is told to it as structure; one that passes by itself ends the conversation, because every further turn would pay for the whole context again.
/// </summary>
internal sealed class EffectFunction(AIFunction inner, EffectTool tool, EffectSession session) : DelegatingAIFunction(inner)
{
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var args = JsonSerializer.SerializeToElement(
            new Dictionary<string, object?>(arguments, StringComparer.Ordinal),
            JsonSerializerOptions
        );
        try
        {
            return await session.PerformAsync(
                tool.Class == EffectClass.Pure ? session.ReadIntent(tool, args) : session.Intent(tool, args),
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

    /// <summary>Something it can change; everything else passes by itself or never.</summary>
    private static bool IsForTheModel(string code) =>
        code
            is ReasonCode.NonRetryable
                or ReasonCode.ContractInvalid
                or ReasonCode.IdempotencyConflict
                or ReasonCode.DuplicateFailure
                or ReasonCode.QualityRejected;
}
