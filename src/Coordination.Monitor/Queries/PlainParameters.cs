using System.Globalization;

namespace Coordination.Monitor;

/// <summary>Refuses parameters with control characters: no database stores them as text, so nothing can be found by them.</summary>
internal sealed class PlainParameters : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var (name, values) in context.HttpContext.Request.Query)
        {
            foreach (var value in values)
            {
                if (Fault(value) is { } fault)
                    return ValueTask.FromResult<object?>(
                        Refusal.BadRequest("A parameter has a control character", new BodyProblem("CONTROL_CHARACTER", name, fault))
                    );
            }
        }
        return next(context);
    }

    /// <summary>Where the first one is; null: there is none. Blanks of every kind are allowed.</summary>
    public static string? Fault(string? text)
    {
        for (var at = 0; at < text?.Length; at++)
        {
            if (char.IsControl(text[at]) && !char.IsWhiteSpace(text[at]))
            {
                var code = ((int)text[at]).ToString("X4", CultureInfo.InvariantCulture);
                return $"Character {at + 1} is the control character U+{code}, which no text here has: take it out.";
            }
        }
        return null;
    }
}
