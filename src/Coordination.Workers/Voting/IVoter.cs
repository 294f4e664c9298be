namespace Coordination.Workers;

/// <summary>
/// Votes in ballots. Register it with <c>services.AddVoter&lt;TVoter&gt;("name")</c>; an agent added with <c>AddAgent</c> that implements this votes, too. Made anew, in
/// its own dependency injection scope, for every question.
/// </summary>
public interface IVoter
{
    /// <summary>
    /// Answers one question. May be called again for the same question in another process after a crash: ask models and read through the context, whose answers
    /// are kept. What it throws becomes an abstention. Votes are sealed until the ballot closes: write none into a log.
    /// </summary>
    Task<VoteAnswer> VoteAsync(VoteQuestion question, AgentContext context, CancellationToken cancellationToken);
}
