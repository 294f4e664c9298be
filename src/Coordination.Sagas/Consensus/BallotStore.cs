using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Sagas.Consensus;

/// <summary>The tables beside the ballot's row: its record, the decision, refusals, and what voters are worth.</summary>
internal sealed class BallotStore(SqlDialect sql)
{
    private readonly string append = $"INSERT INTO {sql.Table("ballot_record")} (ballot_id, seq, at, kind, line, hash) VALUES ";
    private readonly string decide =
        $"INSERT INTO {sql.Table("ballot_decision")} (ballot_id, tenant, outcome, option, arguments_hash, tier, decided_by, decided_at, policy, run_id, step_id) "
        + "VALUES (@ballot, @tenant, @outcome, @option, @arguments, @tier, @by, @at, @policy, @run, @step)";
    private readonly string refuse =
        $"INSERT INTO {sql.Table("ballot_rejection")} (message_id, ballot_id, tenant, at, reason, problems) "
        + $"VALUES (@message, @ballot, @tenant, {sql.Now}, @reason, @problems)";
    private readonly string readCompetence =
        $"SELECT voter, judged, correct, squared_error FROM {sql.Table("voter_competence")} WHERE tenant = @tenant AND domain = @domain";
    private readonly string judge =
        $"INSERT INTO {sql.Table("voter_competence")} AS known (tenant, voter, domain, judged, correct, squared_error) "
        + "VALUES (@tenant, @voter, @domain, 1, @correct, @error) ON CONFLICT (tenant, voter, domain) DO UPDATE SET "
        + "judged = known.judged + 1, correct = known.correct + excluded.correct, squared_error = known.squared_error + excluded.squared_error";

    /// <summary>What is known of voters in a domain.</summary>
    public async ValueTask<IReadOnlyDictionary<string, Competence>> CompetenceAsync(
        IUnitOfWork work,
        string tenant,
        string domain,
        CancellationToken cancellationToken
    )
    {
        var rows = await work.QueryAsync(
            new Statement(readCompetence, ("tenant", tenant, ColumnKind.Text), ("domain", domain, ColumnKind.Text)),
            row => (Voter: row.GetString(0), Competence: new Competence(row.GetInt32(1), row.GetInt32(2), row.GetDouble(3))),
            cancellationToken
        );
        return rows.ToDictionary(row => row.Voter, row => row.Competence, StringComparer.Ordinal);
    }

    /// <summary>Everything a decision wants stored beside the row.</summary>
    public void Post(IUnitOfWork work, BallotSaga saga, BallotDecision decision)
    {
        Append(work, saga.CorrelationId, [.. decision.Actions.OfType<BallotAction.Append>()]);
        foreach (var action in decision.Actions)
        {
            if (action is BallotAction.Decide decided)
                Decide(work, saga, decision.Next, decided.Decision);
            else if (action is BallotAction.Judge judgement)
                Judge(work, saga, judgement);
        }
    }

    public void Refused(IUnitOfWork work, Guid ballotId, Envelope cause, IReadOnlyList<Problem> problems) =>
        work.Execute(
            new Statement(
                refuse,
                ("message", cause.MessageId, ColumnKind.Uuid),
                ("ballot", ballotId, ColumnKind.Uuid),
                ("tenant", cause.Tenant, ColumnKind.Text),
                ("reason", problems[0].Code, ColumnKind.Text),
                ("problems", JsonSerializer.Serialize(problems, BallotJson.Default.IReadOnlyListProblem), ColumnKind.Text)
            )
        );

    /// <summary>What the effect of an option is done with, as a decision allows it; null where the ballot named nothing.</summary>
    internal static byte[]? ArgumentsHash(BallotOpening opening, string? option) =>
        opening.Options.FirstOrDefault(o => o.Name == option)?.Arguments is { } arguments
            ? SHA256.HashData(CanonicalJson.Of(arguments))
            : null;

    private void Append(IUnitOfWork work, Guid ballotId, BallotAction.Append[] lines)
    {
        if (lines.Length == 0)
            return;
        var text = new StringBuilder(append);
        var parameters = new List<StatementParameter>(1 + (5 * lines.Length)) { ("ballot", ballotId, ColumnKind.Uuid) };
        for (var i = 0; i < lines.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}(@ballot, @q{i}, @t{i}, @k{i}, @l{i}, @h{i})");
            parameters.Add(($"q{i}", lines[i].Seq, ColumnKind.Int32));
            parameters.Add(($"t{i}", lines[i].At, ColumnKind.Time));
            parameters.Add(($"k{i}", lines[i].Kind, ColumnKind.Text));
            parameters.Add(($"l{i}", lines[i].Text, ColumnKind.Text));
            parameters.Add(($"h{i}", lines[i].Hash, ColumnKind.Text));
        }
        work.Execute(new Statement(text.ToString(), [.. parameters]));
    }

    private void Decide(IUnitOfWork work, BallotSaga saga, BallotState ballot, RecordedDecision decision) =>
        work.Execute(
            new Statement(
                decide,
                ("ballot", saga.CorrelationId, ColumnKind.Uuid),
                ("tenant", saga.Tenant, ColumnKind.Text),
                ("outcome", decision.Outcome, ColumnKind.Text),
                ("option", decision.Option, ColumnKind.Text),
                ("arguments", ArgumentsHash(ballot.Opening, decision.Option), ColumnKind.Bytes),
                ("tier", ballot.Opening.Policy.Tier.ToString(), ColumnKind.Text),
                ("by", decision.DecidedBy, ColumnKind.Text),
                ("at", ballot.DecidedAt, ColumnKind.Time),
                ("policy", ballot.Opening.Policy.Name, ColumnKind.Text),
                ("run", ballot.Opening.RunId, ColumnKind.Uuid),
                ("step", ballot.Opening.StepId, ColumnKind.Text)
            )
        );

    private void Judge(IUnitOfWork work, BallotSaga saga, BallotAction.Judge vote)
    {
        var one = Competence.None.With(vote.Right, vote.Confidence);
        work.Execute(
            new Statement(
                judge,
                ("tenant", saga.Tenant, ColumnKind.Text),
                ("voter", vote.Voter, ColumnKind.Text),
                ("domain", vote.Domain, ColumnKind.Text),
                ("correct", one.Correct, ColumnKind.Int32),
                ("error", one.SquaredError, ColumnKind.Real)
            )
        );
    }
}
