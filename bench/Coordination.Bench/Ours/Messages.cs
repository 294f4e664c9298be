namespace Coordination.Bench.Ours;

/// <summary>Asks for the one effect of the effect workload.</summary>
internal sealed record DoEffect(Guid Key, int Step, string Text);

/// <summary>Starts a saga of five steps.</summary>
internal sealed record StartSaga(Guid Key, int Step, string Text);

/// <summary>The saga asks its worker for a step.</summary>
internal sealed record DoStep(Guid Key, int Step, string Text);

/// <summary>The worker's answer.</summary>
internal sealed record StepDone(Guid Key, int Step, string Text);

/// <summary>The follow-up of an effect, or the end of a saga.</summary>
internal sealed record Finished(Guid Key, int Step, string Text);
