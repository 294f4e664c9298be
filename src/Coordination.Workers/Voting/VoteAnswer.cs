using Coordination.Contracts.V1;

namespace Coordination.Workers;

/// <summary>A voter's answer: <c>VoteAnswer.For("refund", confidence: 0.9, rationale: "paid twice", evidence: ["ledger/4711"])</c>.</summary>
public sealed record VoteAnswer
{
    internal const string Abstained = "ABSTAIN";
    internal const string Recused = "RECUSED";

    private VoteAnswer(string choice, string? rationale) => (Choice, Rationale) = (choice, rationale);

    /// <summary>An option, <c>ABSTAIN</c> or <c>RECUSED</c>.</summary>
    public string Choice { get; }

    /// <summary>0 to 1; null counts as 1.</summary>
    public double? Confidence { get; private init; }

    /// <summary>Why. What is longer than 2,000 characters is cut.</summary>
    public string? Rationale { get; private init; }

    /// <summary>References to what the reasons rest on. The first 50 travel, 500 characters of each.</summary>
    public IReadOnlyList<string> Evidence { get; private init; } = [];

    /// <summary>An objection that no weight outvotes.</summary>
    public VoteVeto? Veto { get; private init; }

    /// <summary>The model that was asked, for the record. 1 to 200 printable ASCII characters.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the prompt in hexadecimal digits, for the record.</summary>
    public string? PromptHash { get; init; }

    /// <summary>A vote for an option of the question. One that is not among its options is recorded and does not count.</summary>
    /// <param name="option">Its name.</param>
    /// <param name="confidence">0 to 1; null counts as 1.</param>
    /// <param name="rationale">Why: data for people and, in a debate, for voters to read.</param>
    /// <param name="evidence">References to what the reasons rest on.</param>
    public static VoteAnswer For(string option, double? confidence = null, string? rationale = null, IReadOnlyList<string>? evidence = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(option);
        return confidence is { } value && value is not (>= 0 and <= 1)
            ? throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "Confidence is 0 to 1, or null.")
            : new VoteAnswer(option, rationale) { Confidence = confidence, Evidence = evidence ?? [] };
    }

    /// <summary>Takes part and prefers nothing.</summary>
    public static VoteAnswer Abstain(string? rationale = null) => new(Abstained, rationale);

    /// <summary>Takes no part, for example because of an interest of its own.</summary>
    public static VoteAnswer Recuse(string? rationale = null) => new(Recused, rationale);

    /// <summary>The answer with a veto. It counts for voters with the right to it, and needs both a reason and evidence.</summary>
    public VoteAnswer WithVeto(string reason, string evidence) =>
        this with
        {
            Veto = new VoteVeto { Reason = reason, Evidence = evidence },
        };

    /// <summary>Whether it chooses an option at all.</summary>
    internal bool Chooses => Choice is not (Abstained or Recused);

    /// <summary>The answer with what it was made without.</summary>
    internal VoteAnswer Lacking(IReadOnlyList<string> missing) =>
        missing.Count == 0
            ? this
            : this with
            {
                Rationale = $"{(string.IsNullOrWhiteSpace(Rationale) ? "" : Rationale + " ")}(without: {string.Join("; ", missing)})",
            };
}
