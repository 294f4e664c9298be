using System.Reflection;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Opens ballots, watches and steers them. Works on the database alone: it takes questions while the broker is down.</summary>
public sealed class BallotClient
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly string ThisProgram = Assembly.GetEntryAssembly()?.GetName().Name ?? "client";

    private readonly IUnitOfWorkFactory units;
    private readonly EnvelopeFactory envelopes;
    private readonly BallotQueries queries;
    private readonly TimeProvider time;

    /// <summary>Made by the container: <c>services.AddRunClient()</c>.</summary>
    public BallotClient(IUnitOfWorkFactory units, EnvelopeFactory envelopes, TimeProvider time)
    {
        this.units = units;
        this.envelopes = envelopes;
        this.time = time;
        queries = new BallotQueries(units);
    }

    /// <summary>Stores the request; it leaves for the ballot service after the commit, which opens the ballot or refuses it.</summary>
    /// <returns>The ballot's id.</returns>
    /// <exception cref="ArgumentException">It breaks a rule every ballot has to keep, or is larger than 256 KB.</exception>
    public async Task<Guid> OpenAsync(BallotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = new OpenBallot
        {
            BallotId = request.BallotId ?? Guid.CreateVersion7(),
            Policy = request.Policy,
            Tier = request.Tier,
            Question = request.Question,
            Subject = request.Subject is { } subject
                ? JsonSerializer.SerializeToElement(subject, subject.GetType(), AgentJson.Options)
                : null,
            Options = request.Options,
            SafeOption = request.SafeOption,
            Domain = request.Domain,
            Flags = request.Flags,
            Evidence = request.Evidence,
            Voters = request.Voters,
            DeadlineMs = request.Deadline is { } time ? (long)time.TotalMilliseconds : null,
            Requester = request.Requester ?? ThisProgram,
        };
        await SendAsync(message, request.Tenant, cancellationToken);
        return message.BallotId;
    }

    /// <summary>A person's answer to a ballot the voters could not decide.</summary>
    /// <param name="ballotId">The ballot.</param>
    /// <param name="option">One of its options; null: none of them, nothing may be done.</param>
    /// <param name="answeredBy">Who answers, for the record.</param>
    /// <param name="note">Why, up to 500 characters.</param>
    /// <param name="tenant">The ballot's; null: <c>default</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task AnswerAsync(
        Guid ballotId,
        string? option,
        string answeredBy,
        string? note = null,
        string? tenant = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            new AnswerBallot
            {
                BallotId = ballotId,
                Option = option,
                AnsweredBy = answeredBy,
                Note = note,
            },
            tenant,
            cancellationToken
        );

    /// <summary>Ends a ballot without a decision.</summary>
    public Task CancelAsync(
        Guid ballotId,
        string requestedBy,
        string? note = null,
        string? tenant = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            new CancelBallot
            {
                BallotId = ballotId,
                RequestedBy = requestedBy,
                Note = note,
            },
            tenant,
            cancellationToken
        );

    /// <summary>Says afterwards which option was right: the record of the voters counts in later ballots.</summary>
    public Task ReportOutcomeAsync(
        Guid ballotId,
        string right,
        string reportedBy,
        string? tenant = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            new ReportOutcome
            {
                BallotId = ballotId,
                Right = right,
                ReportedBy = reportedBy,
            },
            tenant,
            cancellationToken
        );

    /// <summary>The ballot as it stands; null when nothing is known of it (yet).</summary>
    public Task<BallotInfo?> GetAsync(Guid ballotId, CancellationToken cancellationToken = default) =>
        queries.FindAsync(ballotId, cancellationToken);

    /// <summary>Ballots, the one opened last first.</summary>
    /// <param name="status">Only those: <c>voting</c>, <c>people</c> or <c>decided</c>; null: all.</param>
    /// <param name="runId">Only those of this run; null: all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task<IReadOnlyList<BallotInfo>> ListAsync(
        string? status = null,
        Guid? runId = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    ) => queries.ListAsync(status, runId, limit, cancellationToken);

    /// <summary>Everything that happened to a ballot, votes and reasons included; empty while votes are sealed.</summary>
    public Task<IReadOnlyList<BallotLine>> RecordAsync(Guid ballotId, CancellationToken cancellationToken = default) =>
        queries.RecordAsync(ballotId, cancellationToken);

    /// <summary>Waits until the ballot is decided or refused.</summary>
    /// <exception cref="TimeoutException">It was not, in time; the message says how it stood.</exception>
    public async Task<BallotInfo> WaitAsync(Guid ballotId, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            var ballot = await queries.FindAsync(ballotId, cancellationToken);
            if (ballot is { IsTerminal: true })
            {
                return ballot;
            }

            var left = timeout - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException(
                    $"Ballot {ballotId} is not decided after {timeout.TotalSeconds:0.#} s; it is {ballot?.Status ?? "not known yet: is the ballot service running?"}."
                );
            }

            await Task.Delay(pause < left ? pause : left, time, cancellationToken);
        }
    }

    /// <summary>Stores what a person says about a ballot, with the commit of a unit of work.</summary>
    /// <exception cref="ArgumentException">The message would break its contract.</exception>
    internal void Say(IUnitOfWork work, IBallotMessage message, string tenant)
    {
        // A message that breaks its contract would be parked where the caller does not look.
        if (ContractRules.Check(message) is [var problem, ..])
        {
            throw new ArgumentException(problem.Message, nameof(message));
        }

        work.Send(
            ContractOutgoing.To(Wire.BallotsEndpoint, message, envelopes.Root(message.BallotId, tenant)) with
            {
                GroupId = message.BallotId,
            }
        );
    }

    private async Task SendAsync(IBallotMessage message, string? tenant, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        Say(work, message, tenant ?? Envelope.DefaultTenant);
        await work.CommitAsync(cancellationToken);
        Failpoint.Hit(Failpoints.Accepted);
    }
}
