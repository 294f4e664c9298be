namespace Coordination.Workers;

/// <summary>
/// Names the decision that allows an effect. Allows one effect, with exactly the arguments the option was put to the vote with; what it names is looked up when the effect
/// is made.
/// </summary>
/// <param name="BallotId">The decided ballot.</param>
/// <param name="Option">What was decided.</param>
public sealed record DecisionToken(Guid BallotId, string Option);
