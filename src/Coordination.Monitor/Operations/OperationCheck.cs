using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>What can be said of a request without looking at anything else.</summary>
internal static class OperationCheck
{
    public const int MostTargets = 10_000;
    public const int MostReason = 500;
    public const int MostName = 200;
    public const int MostQuery = 2_000;
    public const int MostBody = 256 * 1024;

    /// <param name="request">What is asked.</param>
    /// <param name="asksReason">Whether a reason is needed at all; whoever types commands has always been free to give none.</param>
    public static IReadOnlyList<BodyProblem> Faults(OperationRequest request, bool asksReason = true)
    {
        if (OperationKind.Find(request.Kind) is not { } kind)
        {
            return
            [
                Fault(
                    "kind",
                    $"There is no operation '{request.Kind}'. There are {string.Join(", ", OperationKind.All.Select(k => k.Name))}."
                ),
            ];
        }
        if (Texts(request) is [_, ..] texts)
            return texts;
        return [.. Targets(request, kind), .. Reason(request, kind, asksReason), .. Parameters(request, kind)];
    }

    /// <summary>A NUL is JSON, and PostgreSQL keeps no text that has one.</summary>
    private static IReadOnlyList<BodyProblem> Texts(OperationRequest request)
    {
        try
        {
            return [.. Nuls(request)];
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or JsonException)
        {
            return [Fault("", "A text is no Unicode (half of a surrogate pair), or a number is none.")];
        }
    }

    private static IEnumerable<BodyProblem> Nuls(OperationRequest request)
    {
        foreach (var (path, value) in new (string, object?)[] { ("targets", request.Targets), ("select", request.Select) })
        {
            if (HasNul(JsonSerializer.SerializeToElement(value, MonitorJson.Options)))
                yield return Fault(path, "A text has a NUL character.");
        }
        var given = request.Parameters;
        if (given.PerSecond is { } rate && !double.IsFinite(rate))
            yield break;
        if (HasNul(JsonSerializer.SerializeToElement(given, MonitorJson.Options)))
            yield return Fault("parameters", "A text has a NUL character.");
    }

    private static bool HasNul(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Contains('\0', StringComparison.Ordinal),
            JsonValueKind.Array => value.EnumerateArray().Any(HasNul),
            JsonValueKind.Object => value
                .EnumerateObject()
                .Any(member => member.Name.Contains('\0', StringComparison.Ordinal) || HasNul(member.Value)),
            _ => false,
        };

    private static IEnumerable<BodyProblem> Targets(OperationRequest request, OperationKind kind)
    {
        if (request.Targets is { Count: > 0 } == request.Select is not null)
        {
            yield return Fault("targets", "Say what it is done to: either targets or select.");
            yield break;
        }
        if (request.Select is { } select)
        {
            if (select.AsOf is { Year: < 2000 or > 2200 })
                yield return Fault("select.asOf", "asOf is what a dry run said.");
            if (new[] { select.Query, select.Group, select.Reason, select.Type }.Any(text => text is { Length: > MostQuery }))
                yield return Fault("select", $"A filter has {MostQuery} characters at most.");
            if (!kind.ForMany)
                yield return Fault("select", $"{kind.Name} is for one target.");
            else if (kind.Name == OperationKind.TimerCancel)
                yield return Fault("select", "Timers are named one by one.");
            else if (select.IsOfLetters != (kind.Name != OperationKind.RunCancel))
                yield return Fault(
                    "select",
                    select.IsOfLetters ? "Runs are selected by query." : "Dead letters are selected by group, reason, type or run."
                );
            else if (select is { Query: null, Group: null, Reason: null, Type: null, Run: null })
                yield return Fault("select", "An empty filter would mean all of them: name a group, reason, type or run.");
            else if (select.Query is { } query && string.IsNullOrWhiteSpace(query))
                yield return Fault("select.query", "An empty query would mean every run: name some.");
            yield break;
        }
        var targets = request.Targets!;
        if (targets.Any(target => target is null))
        {
            yield return Fault("targets", "A target is null.");
            yield break;
        }
        if (targets.Count > 1 && !kind.ForMany)
            yield return Fault("targets", $"{kind.Name} is for one target.");
        if (targets.Count > MostTargets)
            yield return Fault("targets", $"{targets.Count} targets: {MostTargets} are allowed. Use select.");
        for (var i = 0; i < Math.Min(targets.Count, MostTargets); i++)
        {
            var given = Members(targets[i]);
            if (TooMuch(targets[i], given, kind) is { } fault)
            {
                yield return Fault($"targets[{i}]", fault);
                yield break;
            }
            if (kind.Target.FirstOrDefault(member => !given.Contains(member)) is { } missing)
            {
                yield return Fault($"targets[{i}].{missing}", $"{kind.Name} needs the target's {missing}.");
                yield break;
            }
        }
    }

    /// <summary>Names are short, and there; what a kind does not know of is somebody's mistake.</summary>
    private static string? TooMuch(OperationTarget target, List<string> given, OperationKind kind)
    {
        foreach (var (name, text) in new[] { ("step", target.Step), ("question", target.Question), ("effect", target.Effect) })
        {
            if (text is { Length: > MostName })
                return $"Its {name} has {text.Length} characters: {MostName} are allowed.";
            if (text is not null && string.IsNullOrWhiteSpace(text))
                return $"Its {name} is empty.";
        }
        return
            given.FirstOrDefault(name =>
                !kind.Target.Contains(name) && !(kind.Name == OperationKind.EffectResolve && name is "step" or "question")
            )
                is { } other
            ? $"{kind.Name} takes no {other}."
            : null;
    }

    private static IEnumerable<BodyProblem> Reason(OperationRequest request, OperationKind kind, bool asks)
    {
        var reason = request.Reason;
        if (
            asks
            && !request.DryRun
            && string.IsNullOrWhiteSpace(reason)
            && (kind.NeedsReason || request.Select is not null || request.Targets is { Count: > 1 })
        )
            yield return Fault("reason", "Say why: the reason is kept in the audit.");
        if (reason is { Length: > MostReason })
            yield return Fault("reason", $"The reason has {reason.Length} characters: {MostReason} are allowed.");
        if (reason is not null && reason.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
            yield return Fault("reason", "The reason has a control character.");
    }

    private static IEnumerable<BodyProblem> Parameters(OperationRequest request, OperationKind kind)
    {
        var given = request.Parameters;
        if (given.PerSecond is { } rate && !(rate is >= 0.01 and <= 1_000))
        {
            yield return Fault("parameters.perSecond", "perSecond is 0.01 to 1,000.");
            yield break;
        }
        foreach (var name in Members(given).Where(name => !kind.Parameters.Contains(name)))
            yield return Fault($"parameters.{name}", $"{kind.Name} takes no {name}.");
        switch (kind.Name)
        {
            case OperationKind.RunAnswer when given.Answer.ValueKind == JsonValueKind.Undefined:
                yield return Fault("parameters.answer", "run.answer needs an answer, JSON of any kind.");
                break;
            case OperationKind.EffectResolve when given.Verdict is not ("happened" or "did-not-happen" or "compensate"):
                yield return Fault("parameters.verdict", "The verdict is happened, did-not-happen or compensate.");
                break;
            case OperationKind.EffectResolve when given.Result.ValueKind != JsonValueKind.Undefined && given.Verdict != "happened":
                yield return Fault("parameters.result", "A result goes with happened only.");
                break;
            case OperationKind.BallotAnswer when given.Option.ValueKind is not (JsonValueKind.String or JsonValueKind.Null):
                yield return Fault("parameters.option", "ballot.answer needs an option: one of the ballot's, or null for none of them.");
                break;
            case OperationKind.BallotReport when given.Right is null:
                yield return Fault("parameters.right", "ballot.report needs the option that was right.");
                break;
            case OperationKind.TimerMove when given.DelaySeconds is null or < 0 or > 30 * 86_400:
                yield return Fault("parameters.delaySeconds", "delaySeconds is 0 to 2,592,000 (30 days) from now.");
                break;
            case OperationKind.LetterEdit when given.Body is null:
                yield return Fault("parameters.body", "dead-letter.edit needs the new body.");
                break;
            case OperationKind.LetterEdit when given.Body.Length > MostBody:
                yield return Fault("parameters.body", $"The body has {given.Body.Length} characters: {MostBody} are allowed.");
                break;
        }
    }

    private static List<string> Members<T>(T value) =>
        [
            .. JsonSerializer
                .SerializeToElement(value, MonitorJson.Options)
                .EnumerateObject()
                .Where(m => m.Value.ValueKind != JsonValueKind.Null || m.Name == "option")
                .Select(m => m.Name),
        ];

    private static BodyProblem Fault(string path, string message) => new("BAD_OPERATION", path, message);
}
