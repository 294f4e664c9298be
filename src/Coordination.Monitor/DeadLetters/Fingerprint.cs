using System.Security.Cryptography;
using System.Text;

namespace Coordination.Monitor;

/// <summary>What letters that failed alike have in common.</summary>
internal sealed record LetterKind(string Direction, string Endpoint, string Reason, string MessageType, string? Error)
{
    private const int Length = 12;

    /// <summary>Short and always the same for the same kind: it may stand in a link for years.</summary>
    public string Fingerprint { get; } =
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', Direction, Endpoint, Reason, MessageType, Error ?? "")))
        )[..Length];

    /// <summary>For a person, for example <c>TimeoutException: step.execute.v1 at agent-refund</c>.</summary>
    public string Title => $"{Error ?? Reason}: {MessageType} {(Direction == "out" ? "to" : "at")} {Endpoint}";
}
