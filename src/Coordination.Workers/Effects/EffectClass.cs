namespace Coordination.Workers;

/// <summary>
/// What may be done with an outside action whose end is not known: the one thing a tool has to say about itself. What is not declared counts as
/// <see cref="Irreversible"/>.
/// </summary>
public enum EffectClass
{
    /// <summary>Can neither be repeated nor asked about. Called at most once; an uncertain one waits for a person.</summary>
    Irreversible = 0,

    /// <summary>Changes nothing: reads, calculations. Repeated freely.</summary>
    Pure,

    /// <summary>Doing it twice is doing it once, whoever asks (set the address to X). Repeated freely.</summary>
    Idempotent,

    /// <summary>The target honours an idempotency key. Repeated with the same key.</summary>
    Keyed,

    /// <summary>The target can be asked whether it happened. Asked before it is repeated.</summary>
    Probed,
}
