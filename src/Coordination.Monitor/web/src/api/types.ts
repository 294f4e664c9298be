/**
 * What `{prefix}/api/v1` says. Names are camelCase, times ISO 8601 in UTC, absent values null, ids of runs, ballots, timers, messages and operations UUIDs,
 * numbers of dead letters and sequences small enough for a JavaScript number. Errors are RFC 9457 problem details (`Problem`), always with `traceId`.
 * Text of agents, models, requesters and voters may be anything: data, never markup.
 */

export type Guid = string
export type Time = string

export interface Problem { type: string, title: string, status: number, detail: string | null, traceId: string, code: string | null, missingRole: Role | null, problems?: BodyProblem[] }
export interface BodyProblem { code: string, path: string, message: string }

// GET /me
export type Role = 'viewer' | 'operator' | 'approver' | 'admin' | 'payload-reader'
export interface Me {
  user: string, roles: Role[], environment: string, version: string, now: Time, signOut: string | null
  /** Bulk operations beyond so many targets ask the person to type the number. */ confirmAbove: number
  /** False where the monitor was mapped over an embedded database. */ hasBroker: boolean
}

// GET /overview
export interface Overview {
  at: Time
  /** What needs a person, the most urgent first. */ attention: Attention[]
  /** By status, terminal ones included. */ runs: Record<string, number>
  rates: { startedPerMinute: number, endedPerMinute: number, failedPerMinute: number, /** Counted over the last so many minutes. */ overMinutes: number }
  /** Unfinished steps that have waited longest; equal ones are one row. */ waits: WaitRow[]
  /** How long kinds of runs usually take, of those that completed last; the most frequent first. */ typical: TypicalDuration[]
  nav: NavCounts
}
export interface NavCounts { attention: number, stuck: number, ballots: number, questions: number, effects: number, deadLetters: number }
export type AttentionKind = 'ballot' | 'question' | 'effect' | 'stuck' | 'dead-letters' | 'agent' | 'outbox' | 'failed-runs'
export interface Attention {
  kind: AttentionKind, severity: 'bad' | 'warn' | 'vote', title: string, detail: string | null, since: Time, until: Time | null
  /** Route below the prefix, for example `/consensus/0199…`. */ href: string, count: number
}
export interface WaitRow { runId: Guid, runName: string, stepId: string, agentType: string, kind: WaitKind, what: string, since: Time | null, until: Time | null, count: number }
export interface TypicalDuration { name: string, runs: number, medianMs: number, p95Ms: number }
export type WaitKind = 'worker' | 'person' | 'ballot' | 'retry' | 'undo' | 'earlier-steps'

// GET /runs?q=&sort=&after=&limit=   sort: -started (default), -updated, -duration, -cost, and each without the minus the other way round
// A query with problems has no rows
export interface RunPage { rows: RunSummary[], next: string | null, asOf: Time, problems: QueryProblem[] }
export type RunStatus = 'running' | 'cancelling' | 'compensating' | 'completed' | 'partial' | 'failed' | 'cancelled' | 'expired'
export interface RunSummary {
  runId: Guid, tenant: string, name: string, status: RunStatus, reason: string | null, requester: string, businessScope: string | null
  startedAt: Time, updatedAt: Time, deadlineAt: Time | null, endedAt: Time | null
  failedStep: string | null, failedDetail: string | null
  stepsDone: number, steps: number, retries: number
  /** Of the first unfinished step that is under way. */ currentStep: string | null, waitKind: WaitKind | null, waitsFor: string | null, waitEndsAt: Time | null
  inDoubt: boolean
  /** Why it does not move; null when it does. */ stuck: string | null
  agents: string[], tokens: number, costMicroUsd: number
  /** Rises with every change; a patch that is not newer is ignored. */ version: number
}
// GET /runs/count?q=   counts to 10,000 exactly, beyond it says so
export interface RunCount { total: number, more: boolean }
// GET /runs/facets?q=
export interface RunFacets { /** Whole system, exact. */ status: Record<string, number>, stuck: number, name: FacetValue[], agent: FacetValue[], reason: FacetValue[], requester: FacetValue[] }
export interface FacetValue { value: string, count: number }
// GET /query/parse?q=
export interface ParsedQuery { clauses: QueryClause[], problems: QueryProblem[], fields: QueryField[] }
export interface QueryClause { start: number, length: number, text: string, field: string | null, operator: ':' | '>' | '<' | '>=' | '<=', values: string[], negated: boolean }
export interface QueryProblem { start: number, length: number, message: string, suggestion: string | null }
export interface QueryField { name: string, description: string, example: string, values: string[] | null }
// GET /runs/export?q=&format=csv|json   streamed file

// GET /runs/{id}?at=seq
export interface RunDetail {
  run: RunSummary, transactionId: Guid, joinedRunId: Guid | null
  /** One sentence by rule, from our own words and names: what happened or what it waits for. */ story: string
  steps: StepView[], ballots: BallotSummary[]
  /** The moment shown: the history entry `at`, or the last one. */ at: number, lastSeq: number
  /** When the moment shown was; null is now. */ moment: Time | null
  /** Entries of history there are marks for on the slider. */ inputTokens: number, outputTokens: number, costMicroUsd: number
  traceId: string | null, compensated: string[]
  /** Who stopped it; null where nobody did, as when its deadline passed. */ cancel: RunCancel | null
  /** What the viewer may do now. */ actions: ActionOffer[]
}
export interface RunCancel { by: string, reason: string | null, at: Time }
export interface ActionOffer { kind: OperationKind, enabled: boolean, why: string | null }
export type StepStatus = 'pending' | 'dispatched' | 'retry-wait' | 'input-wait' | 'ballot-wait' | 'done' | 'failed' | 'skipped' | 'cancelled'
  | 'compensating' | 'compensation-wait' | 'compensated' | 'compensation-failed'
export interface StepView {
  position: number, stepId: string, agentType: string, status: StepStatus
  /** How often doing it was tried, and undoing it. */ attempt: number, undoAttempts: number, dependsOn: string[]
  pivot: boolean, optional: boolean, undoneBy: string | null, electorate: string[] | null, policy: string | null
  reason: string | null, detail: string | null, incidentId: string | null
  waitKind: WaitKind | null, waitingOn: string | null, waitEndsAt: Time | null
  questionId: string | null, question: QuestionView | null
  percent: number | null, note: string | null, completedAs: number | null, inDoubt: boolean, startedAt: Time | null, endedAt: Time | null, ballotId: Guid | null
  /** What is over of its work, as on the timeline, and when what goes on began. */ tookMs: number, since: Time | null, undoTookMs: number, undoSince: Time | null
  /** Who answered its last question. */ answeredBy: string | null, answeredAt: Time | null
}
export interface QuestionView { text: string, options: string[] | null, askedAt: Time | null }
// GET /runs/{id}/events?after=&limit=&q=
export interface EventPage { rows: RunEvent[], next: number | null, total: number }
export interface RunEvent { seq: number, at: Time, event: string, stepId: string | null, attempt: number | null, detail: Record<string, string>, messageId: Guid, causationId: Guid | null }
// GET /runs/{id}/timeline?at=
export interface Timeline { from: Time, to: Time, now: Time, ended: boolean, lanes: TimelineLane[] }
export interface TimelineLane { stepId: string, agentType: string, undo: boolean, status: StepStatus, bars: TimelineBar[], /** On the longest chain of steps. */ critical: boolean, /** What is over of its work, or of its waits where it never worked; and when what goes on began. */ tookMs: number, since: Time | null }
export interface TimelineBar { kind: 'work' | 'retry-wait' | 'question' | 'ballot' | 'undo', from: Time, to: Time | null, attempt: number | null, outcome: 'open' | 'done' | 'failed' | 'retried' | 'stopped', seq: number, detail: string | null, ballotId: Guid | null }
// GET /runs/{id}/messages?at=   for the sequence diagram; lanes in order of first use
export interface MessageFlow { lanes: string[], arrows: MessageArrow[], more: boolean }
export interface MessageArrow {
  messageId: Guid, causationId: Guid | null, at: Time, from: string, to: string
  /** Contract with version, for example `step.execute.v1`. */ contract: string
  kind: 'work' | 'retry' | 'answer' | 'failure' | 'vote' | 'decision' | 'question' | 'undo' | 'control' | 'dead'
  stepId: string | null, attempt: number | null, seq: number | null, deadLetterId: number | null, note: string | null
}
// GET /runs/{id}/graph?at=   (TRC-03) everything that caused and was caused, complete without traces
export interface CausalGraph { runId: Guid, transactionId: Guid, nodes: CausalNode[], edges: CausalEdge[], more: boolean }
export interface CausalNode { id: string, kind: 'message' | 'event' | 'step' | 'effect' | 'model-call' | 'value' | 'ballot' | 'vote' | 'decision' | 'dead-letter' | 'timer' | 'lock', at: Time | null, label: string, detail: string | null, status: string | null, stepId: string | null, seq: number | null }
export interface CausalEdge { from: string, to: string, kind: 'caused' | 'did' | 'asked' | 'voted' | 'decided' | 'depends' | 'undoes' | 'parked' | 'holds' | 'read' | 'wrote' }
// GET /runs/{id}/state?seq=
export interface StateChange { seq: number, at: Time, event: string, before: StateView | null, after: StateView, changes: FieldChange[] }
export interface StateView { status: RunStatus, reason: string | null, steps: StepStateView[] }
export interface StepStateView { stepId: string, status: StepStatus, attempt: number, undoAttempts: number, reason: string | null, waitingOn: string | null }
export interface FieldChange { path: string, before: string | null, after: string | null }
// GET /runs/{id}/effects?at= · /effects?status=&after=&limit=
export interface EffectPage { rows: EffectView[], next: string | null }
export interface EffectView {
  runId: Guid, runName: string, stepId: string, key: string, compensating: boolean, tool: string, class: string, scope: string, status: string, calls: number
  createdAt: Time, changedAt: Time, /** Set when a person is asked now. */ questionId: string | null, /** What the call returns looks like this, as JSON; null: it returns nothing. */ resultExample: string | null, lastDetail: string | null
}
// GET /runs/{id}/journal?after=&limit=&at=
export interface JournalPage { rows: JournalRow[], next: number | null }
export interface JournalRow { seq: number, at: Time, kind: string, stepId: string, compensating: boolean, attempt: number, worker: string, tool: string, class: string | null, key: string | null, status: string | null, code: string | null, detail: string | null, model: string | null, inputTokens: number | null, outputTokens: number | null, costMicroUsd: number | null, durationMs: number | null, traceId: string | null }
// GET /runs/{id}/waits
export interface RunWaits { stuck: string | null, rows: RunWait[], timers: TimerRow[], deadLetters: LetterRow[], claims: ClaimRow[] }
export interface RunWait { stepId: string, kind: WaitKind, what: string, since: Time | null, until: Time | null, why: string | null }
export interface ClaimRow { stepId: string, attempt: number, agentType: string, owner: string | null, epoch: number, crashes: number, claimedAt: Time, expiresAt: Time, expired: boolean }
// GET /runs/{id}/payloads?at=  (in the order they were used; payload-reader; audited)
export interface Payloads { rows: Payload[] }
export interface Payload { stepId: string, kind: 'input' | 'output' | 'answer' | 'undo-input', body: unknown, bytes: number, /** When it was used; null: it came with the plan and was not. */ at: Time | null, seq: number | null }
// GET /runs/{id}/audit · /audit?after=&limit=&actor=&kind=&run=
export interface AuditPage { rows: AuditRow[], next: string | null }
export interface AuditRow { id: number, at: Time, actor: string, via: 'ui' | 'api' | 'cli', kind: string, target: string, runId: Guid | null, reason: string | null, outcome: 'done' | 'refused' | 'forbidden' | 'failed', detail: string | null, before: unknown, after: unknown, operationId: Guid | null, from: string | null }
// GET /runs/compare?a=&b=
export interface RunComparison { a: RunSummary, b: RunSummary, first: FirstDifference | null, steps: StepDifference[], fields: FieldDifference[] }
export interface FirstDifference { seqA: number | null, seqB: number | null, stepId: string | null, what: string }
export interface StepDifference { stepId: string, inA: boolean, inB: boolean, same: boolean, fields: FieldDifference[] }
export interface FieldDifference { field: string, a: string | null, b: string | null }

// GET /ballots?status=&after=&limit=
export interface BallotPage { rows: BallotSummary[], next: string | null }
export interface BallotSummary {
  ballotId: Guid, tenant: string, runId: Guid | null, policy: string, tier: string, requester: string, question: string, options: string[], voters: number, round: number
  status: 'voting' | 'people' | 'decided' | 'refused', outcome: string | null, option: string | null, decidedBy: string | null, people: number | null
  openedAt: Time | null, endsAt: Time | null, decidedAt: Time | null
}
// GET /ballots/{id} · /runs/{id}/ballots/{id}?at=   votes are absent while it is sealed
export interface BallotDetail {
  ballot: BallotSummary, sealed: boolean, refusal: BodyProblem[] | null
  options: OptionView[], /** What becomes of the run when none of them is chosen. */ noneFollows: string | null, rule: string, flags: string[], evidence: string[], domain: string | null, subject: unknown, subjectHidden: boolean
  rounds: RoundView[], votes: VoteView[], silent: string[], answers: AnswerView[]
  /** Sentences by rule: which single votes, other than cast or missing ones, would have changed the outcome. */ flips: string[]
  /** Who voted against what the votes led to, whoever decided in the end. */ dissent: string[], decision: DecisionView | null
  record: { lines: number, hash: string | null, fault: string | null }
  reported: string | null, actions: ActionOffer[]
}
export interface OptionView { name: string, arguments: unknown, argumentsHidden: boolean, safe: boolean, /** What becomes of the run when a person chooses it; null where it is not known or nobody is asked. */ follows: string | null }
export interface DecisionView { by: string, option: string | null, people: string[], note: string | null, at: Time }
export interface RoundView {
  round: number, asked: number, outcome: string, leading: string | null, arbiter: boolean, deadlinePassed: boolean
  tally: { option: string, weight: number, votes: number }[], abstained: number, missing: number
  /** Whole weight (or heads) of the electorate and what an option needs. */ whole: number, needed: number | null, inHeads: boolean, explanation: string[]
}
export interface VoteView {
  voter: string, family: string, model: string | null, expert: boolean, mayVeto: boolean, round: number, choice: string, weight: number | null, confidence: number | null, brier: number | null, judged: number
  counted: boolean, treatment: string, why: string | null, rationale: string | null, evidence: string[], veto: { reason: string, evidence: string } | null, at: Time | null, flippedFrom: string | null, dissents: boolean
}
export interface AnswerView { person: string, option: string | null, note: string | null, at: Time, refusal: string | null }
// GET /voters
export interface VoterPage { rows: VoterRow[] }
export interface VoterRow { tenant: string, voter: string, domain: string, judged: number, correct: number, brier: number }

// GET /timers?run=&after=&limit=
export interface TimerPage { rows: TimerRow[], next: string | null }
export interface TimerRow { token: Guid, dueAt: Time, messageType: string, destination: string, what: string, runId: Guid | null, runName: string | null, attempts: number, lastError: string | null }

// GET /dead-letters/groups
export interface LetterGroups { rows: LetterGroup[], open: number }
export interface LetterGroup {
  fingerprint: string, title: string, reason: string, error: string | null, messageType: string, endpoint: string, direction: 'in' | 'out', count: number, firstAt: Time, lastAt: Time
  /** Counts of the last 24 hours, oldest first. */ spark: number[], growing: boolean, /** Retried before and here again. */ repeats: number
}
// GET /dead-letters?group=&run=&reason=&type=&state=open|all&after=&limit=
export interface LetterPage { rows: LetterRow[], next: string | null }
export interface LetterRow { id: number, direction: 'in' | 'out', endpoint: string, reason: string, detail: string, error: string | null, parkedAt: Time, attempts: number, messageType: string, messageId: Guid, runId: Guid | null, state: 'open' | 'retried' | 'discarded' | 'superseded', fingerprint: string, replaces: number | null, replacedBy: number | null, settledAt: Time | null, settledBy: string | null, settledBecause: string | null }
// GET /dead-letters/{id}   body null without payload-reader (reading it is audited)
export interface LetterDetail { letter: LetterRow, failures: FailedAttempt[], headers: Record<string, string>, body: string | null, bodyHidden: boolean, bytes: number, contract: string | null, traceId: string | null, history: LetterRow[], actions: ActionOffer[] }
export interface FailedAttempt { number: number, at: Time, code: string, error: string | null, text: string | null }

// GET /agents
export interface AgentList { rows: AgentTypeView[] }
export interface AgentTypeView { agentType: string, alive: number, instances: AgentInstance[], builds: string[], /** Instances of it run different builds or know different contracts. */ skew: boolean, contracts: string[], compensates: boolean, waiting: number, working: number, oldestWaitAt: Time | null, lastSeenAt: Time | null }
export interface AgentInstance { instance: string, build: string, contracts: string[], compensates: boolean, lastSeenAt: Time, alive: boolean, working: number }

// GET /flow
export interface FlowView {
  at: Time, outbox: { waiting: number, late: number, oldestDueAt: Time | null, blocked: number, timers: number, nextTimerAt: Time | null }
  endpoints: EndpointFlow[]
  /** null: the broker is not asked (embedded) or does not answer; `brokerNote` says which. */ queues: QueueFlow[] | null, brokerNote: string | null
  hosts: { name: string, state: 'ok' | 'late' | 'unknown', detail: string | null }[]
}
export interface EndpointFlow { endpoint: string, waiting: number, late: number, oldestAt: Time | null, deadLetters: number, lastError: string | null }
export interface QueueFlow { queue: string, ready: number, consumers: number }

// POST /operations (header Idempotency-Key: UUID, header X-Coordination: 1) · GET /operations?after=&limit= · GET /operations/{id} · POST /operations/{id}/suspend|resume|cancel
export type OperationKind = 'run.cancel' | 'run.answer' | 'effect.resolve' | 'ballot.answer' | 'ballot.report' | 'ballot.cancel' | 'timer.move' | 'timer.cancel'
  | 'dead-letter.retry' | 'dead-letter.edit' | 'dead-letter.discard'
export interface OperationRequest { kind: OperationKind, targets?: OperationTarget[], /** Instead of targets. */ select?: OperationSelect, parameters?: OperationParameters, reason?: string, dryRun?: boolean }
export interface OperationTarget { run?: Guid, step?: string, question?: string, effect?: string, ballot?: Guid, timer?: Guid, letter?: number }
/** `query`: of runs. `group`, `reason`, `type`, `run`: of open dead letters. */
export interface OperationSelect { query?: string, group?: string, reason?: string, type?: string, run?: Guid, /** From the dry run, so that what was seen is what is done. */ asOf?: Time }
export interface OperationParameters {
  force?: boolean, answer?: unknown, verdict?: 'happened' | 'did-not-happen' | 'compensate', result?: unknown
  /** ballot.answer: one of the options, or null for "none of them". */ option?: string | null, right?: string, delaySeconds?: number
  body?: string, /** dead-letter.edit: retry the new version at once. */ retry?: boolean, perSecond?: number
}
export interface Operation {
  id: Guid, kind: OperationKind, status: 'preview' | 'running' | 'suspended' | 'done' | 'failed' | 'cancelled', total: number, done: number, failed: number, skipped: number
  reason: string | null, by: string, via: 'ui' | 'api' | 'cli', createdAt: Time, endedAt: Time | null, select: OperationSelect | null
  /** The first 200; failures first. */ items: OperationItem[], preview: OperationPreview | null
  /** The same on the command line. */ commandLine: string | null
}
export interface OperationItem { target: string, href: string | null, status: 'waiting' | 'done' | 'failed' | 'skipped', detail: string | null }
export interface OperationPreview { count: number, asOf: Time, sample: OperationItem[], warnings: string[], problems: BodyProblem[], diff: DiffLine[] | null }
export interface DiffLine { kind: 'same' | 'removed' | 'added', text: string }
export interface OperationPage { rows: Operation[], next: string | null }

// GET /resolve?message=|correlation=|trace=
export interface Resolved { href: string }

/**
 * GET /events?topics=overview,runs,run:{id},ballots,ballot:{id},dead-letters,effects,timers,operations,operation:{id},flow,agents — server-sent events. `event:` is the topic,
 * `id:` the feed's position. `runs` carries `RunPatch`; every other topic carries `Changed`: whoever shows it reads it again. `gap`: read everything shown again.
 */
export interface RunPatch { rows: RunSummary[], /** So many more changed than are sent. */ more: number }
export interface Changed { at: Time }
/** Topic `pulse`, every 2 s: how old the data is and what the navigation shows. */
export interface Pulse { at: Time, lagMs: number, nav: NavCounts }
