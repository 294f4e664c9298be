using System.Reflection;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Persistence;

namespace Coordination.Workers;

/// <summary>Submits runs, watches and steers them. Works on the database alone: it accepts work while the broker is down.</summary>
public sealed class RunClient
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly string ThisProgram = Assembly.GetEntryAssembly()?.GetName().Name ?? "client";

    private readonly IUnitOfWorkFactory units;
    private readonly EnvelopeFactory envelopes;
    private readonly RunQueries queries;
    private readonly TimeProvider time;

    /// <summary>Made by the container: <c>services.AddRunClient()</c>.</summary>
    public RunClient(IUnitOfWorkFactory units, EnvelopeFactory envelopes, TimeProvider time)
    {
        this.units = units;
        this.envelopes = envelopes;
        this.time = time;
        queries = new RunQueries(units);
    }

    /// <summary>
    /// Stores the submission; it leaves for the run service after the commit. Whether the plan is accepted shows in <see cref="WaitAsync"/> or
    /// <see cref="GetAsync"/>.
    /// </summary>
    /// <returns>The run's id.</returns>
    /// <exception cref="ArgumentException">The submission is larger than 256 KB.</exception>
    public async Task<Guid> SubmitAsync(RunPlan plan, SubmitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var runId = options?.RunId ?? Guid.CreateVersion7();
        var message = new SubmitRun
        {
            RunId = runId,
            Plan = plan,
            Requester = options?.Requester ?? ThisProgram,
            BusinessScope = options?.BusinessScope,
        };
        var envelope = envelopes.Root(runId, options?.Tenant ?? Envelope.DefaultTenant) with
        {
            RunId = runId,
            Deadline = options?.Deadline,
        };
        await SendAsync(message, envelope, cancellationToken);
        return runId;
    }

    /// <summary>Asks to stop a run; with <paramref name="force"/> without waiting for running agents.</summary>
    public Task CancelAsync(
        Guid runId,
        string requestedBy,
        string? note = null,
        bool force = false,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            new CancelRun
            {
                RunId = runId,
                RequestedBy = requestedBy,
                Note = note,
                Force = force ? true : null,
            },
            envelopes.Root(runId) with
            {
                RunId = runId,
            },
            cancellationToken
        );

    /// <summary>Answers a question a step waits for.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stepId">The step that asked.</param>
    /// <param name="questionId">Its question.</param>
    /// <param name="answer">Serialized by the agents' JSON rules (camelCase).</param>
    /// <param name="answeredBy">Who answers, for the record.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public Task AnswerAsync(
        Guid runId,
        string stepId,
        string questionId,
        object answer,
        string answeredBy,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            new InputAnswered
            {
                RunId = runId,
                StepId = stepId,
                QuestionId = questionId,
                Answer = JsonSerializer.SerializeToElement(answer, answer.GetType(), AgentJson.Options),
                AnsweredBy = answeredBy,
            },
            envelopes.Root(runId) with
            {
                RunId = runId,
                StepId = stepId,
            },
            cancellationToken
        );

    /// <summary>The run as it stands; null when nothing is known of it (yet).</summary>
    public Task<RunInfo?> GetAsync(Guid runId, CancellationToken cancellationToken = default) =>
        queries.FindAsync(runId, cancellationToken);

    /// <summary>
    /// The agent types that have announced themselves, whether or not one is there right now. A plan that names another one is refused; a program
    /// that starts together with its agents waits for them here before it submits.
    /// </summary>
    public Task<IReadOnlyList<string>> GetAgentTypesAsync(CancellationToken cancellationToken = default) =>
        queries.AgentTypesAsync(cancellationToken);

    /// <summary>Waits until the run is terminal.</summary>
    /// <exception cref="TimeoutException">It was not, in time; the message says how it stood.</exception>
    public async Task<RunInfo> WaitAsync(Guid runId, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            var run = await queries.FindAsync(runId, cancellationToken);
            if (run is { IsTerminal: true })
            {
                return run;
            }

            var left = timeout - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException(
                    $"Run {runId} is not over after {timeout.TotalSeconds:0.#} s; it is {run?.Status ?? "not known yet: is the run service running?"}."
                );
            }

            await Task.Delay(pause < left ? pause : left, time, cancellationToken);
        }
    }

    /// <summary>Asks to stop a run, with the commit of a unit of work.</summary>
    /// <exception cref="ArgumentException">The message would break its contract.</exception>
    internal void Cancel(IUnitOfWork work, Guid runId, string tenant, string requestedBy, string? note, bool force) =>
        Send(
            work,
            new CancelRun
            {
                RunId = runId,
                RequestedBy = requestedBy,
                Note = note,
                Force = force ? true : null,
            },
            envelopes.Root(runId, tenant) with
            {
                RunId = runId,
            }
        );

    /// <summary>Answers a question, with the commit of a unit of work.</summary>
    /// <exception cref="ArgumentException">The message would break its contract.</exception>
    internal void Answer(IUnitOfWork work, Guid runId, string tenant, string stepId, string questionId, object answer, string answeredBy) =>
        Send(
            work,
            new InputAnswered
            {
                RunId = runId,
                StepId = stepId,
                QuestionId = questionId,
                Answer = JsonSerializer.SerializeToElement(answer, answer.GetType(), AgentJson.Options),
                AnsweredBy = answeredBy,
            },
            envelopes.Root(runId, tenant) with
            {
                RunId = runId,
                StepId = stepId,
            }
        );

    private static void Send(IUnitOfWork work, object message, Envelope envelope)
    {
        // A message that breaks its contract would be parked where the caller does not look.
        if (ContractRules.Check(message) is [var problem, ..])
        {
            throw new ArgumentException(problem.Message, nameof(message));
        }

        work.Send(ContractOutgoing.To(Wire.RunsEndpoint, message, envelope));
    }

    private async Task SendAsync(object message, Envelope envelope, CancellationToken cancellationToken)
    {
        await using var work = units.Create();
        work.Send(ContractOutgoing.To(Wire.RunsEndpoint, message, envelope));
        await work.CommitAsync(cancellationToken);
        Failpoint.Hit(Failpoints.Accepted);
    }
}
