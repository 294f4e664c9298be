using Coordination.Persistence;

namespace Coordination.Monitor;

/// <summary>
/// Whoever answers first has answered: what is asked once is claimed with the commit that sends the answer, so that of two people who answer at the same time one is
/// told so, and not that it was done. A claim is forgotten after five minutes: should the answer have been lost on its way, somebody may give it again.
/// </summary>
internal sealed class AnswerClaims(IUnitOfWorkFactory units)
{
    /// <summary>Said to whoever comes second.</summary>
    public const string Taken = "Somebody has just answered it. Look again in a moment: what came of that answer is shown then.";

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);
    private readonly SqlDialect sql = units.Dialect;

    /// <summary>Claims what is asked, with the commit of the answer.</summary>
    /// <param name="work">The unit of work that sends the answer.</param>
    /// <param name="subject">What is asked: another text for each time that it is asked.</param>
    /// <param name="viewer">Who answers.</param>
    public void Take(IUnitOfWork work, string subject, Viewer viewer)
    {
        work.Execute(
            new Statement(
                $"""
                INSERT INTO {sql.Table("monitor_answer")} AS known (subject, actor, at) VALUES (@subject, @actor, {sql.Now})
                ON CONFLICT (subject) DO UPDATE SET actor = excluded.actor, at = excluded.at WHERE known.at < {sql.NowPlus("@kept")}
                """,
                ("subject", subject, ColumnKind.Text),
                ("actor", viewer.Name, ColumnKind.Text),
                ("kept", -(long)KeptFor.TotalMilliseconds, ColumnKind.Int64)
            )
            {
                MustAffect = Taken,
            }
        );
        // The few of the last hour: nobody looks at older ones.
        work.Execute(
            new Statement(
                $"DELETE FROM {sql.Table("monitor_answer")} WHERE at < {sql.NowPlus("@old")}",
                ("old", -(long)TimeSpan.FromHours(1).TotalMilliseconds, ColumnKind.Int64)
            )
        );
    }
}
