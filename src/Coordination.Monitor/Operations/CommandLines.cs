using System.Text.Json;

namespace Coordination.Monitor;

/// <summary>What to type to do the same.</summary>
internal static class CommandLines
{
    public static string? Of(OperationRequest request)
    {
        var given = request.Parameters;
        var reason = request.Reason is { Length: > 0 } why ? why : null;
        if (request.Select is { } select)
        {
            return request.Kind == OperationKind.LetterRetry && select.Group is null
                ? $"coordination dead-letters retry{Option("reason", select.Reason)}{Option("type", select.Type)}{Option("run", select.Run?.ToString())}"
                : null;
        }
        if (request.Targets is not { Count: > 0 } targets)
            return null;
        var target = targets[0];
        return request.Kind switch
        {
            OperationKind.RunCancel when targets.Count == 1 =>
                $"coordination runs cancel {target.Run}{Option("note", reason)}{(given.Force is true ? " --force" : "")}",
            OperationKind.RunAnswer =>
                $"coordination runs answer {target.Run} {target.Step} {target.Question} {Quoted(Json(given.Answer))}",
            OperationKind.EffectResolve =>
                $"coordination effects resolve {target.Run} {target.Effect} {given.Verdict}{Option("result", Json(given.Result))}{Option("note", reason)}",
            OperationKind.BallotAnswer =>
                $"coordination ballots answer {target.Ballot} {Quoted(given.Option.ValueKind == JsonValueKind.String ? given.Option.GetString() : "none")}{Option("note", reason)}",
            OperationKind.BallotReport => $"coordination ballots report {target.Ballot} {Quoted(given.Right)}",
            OperationKind.TimerCancel when targets.Count == 1 => $"coordination timers cancel {target.Timer}",
            OperationKind.TimerMove => $"coordination timers move {target.Timer} {given.DelaySeconds}",
            OperationKind.LetterRetry => $"coordination dead-letters retry {Letters(targets)}",
            OperationKind.LetterEdit => $"coordination dead-letters edit {target.Letter} --body FILE",
            OperationKind.LetterDiscard => $"coordination dead-letters discard {Letters(targets)}{Option("because", reason)}",
            _ => null,
        };
    }

    /// <summary>A target in words.</summary>
    public static string Name(OperationTarget target) =>
        target switch
        {
            { Letter: { } letter } => $"dead letter {letter}",
            { Ballot: { } ballot } => $"ballot {ballot}",
            { Timer: { } timer } => $"timer {timer}",
            { Effect: { } effect } => $"effect {effect} of run {target.Run}",
            { Question: { } question } => $"question {question} of step {target.Step}, run {target.Run}",
            { Run: { } run } => $"run {run}",
            _ => "nothing",
        };

    private static string Letters(IReadOnlyList<OperationTarget> targets) =>
        string.Join(' ', targets.Take(20).Select(target => target.Letter)) + (targets.Count > 20 ? " ..." : "");

    private static string Option(string name, string? value) => value is null ? "" : $" --{name} {Quoted(value)}";

    private static string? Json(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? null : value.GetRawText();

    // For a POSIX shell: nothing inside single quotes means anything.
    private static string Quoted(string? text) =>
        text is { Length: > 0 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':')
            ? text
            : $"'{(text ?? "").Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
