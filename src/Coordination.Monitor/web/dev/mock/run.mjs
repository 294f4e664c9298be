import { ago, agentTypes, ahead, guid, ids, nasty, now } from './data.mjs'

const base = { pivot: false, optional: false, undoneBy: null, electorate: null, policy: null, reason: null, detail: null, incidentId: null, waitKind: null, waitingOn: null, waitEndsAt: null, questionId: null, question: null, percent: null, note: null, completedAs: null, inDoubt: false, ballotId: null, undoAttempts: 0, undoTookMs: 0, undoSince: null, answeredBy: null, answeredAt: null }
const step = (position, stepId, agentType, status, dependsOn, from, to, more = {}) => ({ ...base, position, stepId, agentType, status, attempt: 1, dependsOn, startedAt: from, endedAt: to, tookMs: from && to ? Date.parse(to) - Date.parse(from) : 0, since: from && !to ? from : null, ...(status === 'compensated' && { undoAttempts: 1, undoTookMs: 1500 }), ...more })

export const stepsOf = run => {
  const t = s => new Date(Date.parse(run.startedAt) + s * 1000).toISOString()
  if (run.runId === ids.wide) return [
    step(0, 'plan', 'planner', 'done', [], t(0), t(2)), ...Array.from({ length: 240 }, (_, i) => step(i + 1, `read-${i + 1}`, 'researcher', i % 80 === 7 ? 'failed' : i < 160 ? 'done' : i < 170 ? 'dispatched' : 'pending', ['plan'], i < 170 ? t(2 + i) : null, i < 160 ? t(9 + i) : null)),
    step(241, 'write', 'summariser', 'pending', Array.from({ length: 240 }, (_, i) => `read-${i + 1}`), null, null), step(242, 'publish', 'deployer', 'pending', ['write'], null, null, { pivot: true }),
  ]
  const failed = run.runId === ids.failed || run.status === 'failed'
  const voting = run.runId === ids.voting
  const stuck = run.stuck !== null
  return [
    step(0, 'plan', 'planner', 'done', [], t(0), t(1.2)), step(1, 'retrieve', 'researcher', 'done', ['plan'], t(1.3), t(20), { attempt: 2 }),
    step(2, 'draft', 'coder', failed ? 'compensated' : 'done', ['retrieve'], t(20), t(34), { undoneBy: 'undo-draft' }), step(3, 'test', 'tester', failed ? 'compensated' : stuck ? 'dispatched' : 'done', ['draft'], t(34), stuck ? null : t(40), { waitKind: stuck ? 'worker' : null, waitingOn: stuck ? 'a worker of tester' : null }),
    step(4, 'review', 'critic', failed ? 'failed' : voting ? 'ballot-wait' : 'pending', ['draft', 'test'], failed || voting ? t(40) : null, failed ? t(55) : null, { attempt: failed ? 3 : 1, electorate: ['critic-a', 'coder-b', 'security-c', 'tester-d', 'style-e'], policy: 'weighted-60', ballotId: failed ? ids.decidedBallot : voting ? ids.openBallot : null, detail: failed ? run.failedDetail : null }),
    step(5, 'ask', 'planner', run.inDoubt || voting ? 'input-wait' : 'pending', ['retrieve'], null, null, voting ? { questionId: 'q-1', question: { text: `Which branch is meant? ${nasty}`, options: ['main', 'release/2.4'], askedAt: ago(120) } } : {}),
    step(6, 'publish', 'deployer', failed ? 'skipped' : 'pending', ['review'], null, null, { pivot: true }),
  ]
}

export const timelineOf = run => {
  const t = s => new Date(Date.parse(run.startedAt) + s * 1000).toISOString()
  const failed = run.status === 'failed'
  const bar = (kind, from, to, outcome, seq, more = {}) => ({ kind, from: t(from), to: to === null ? null : t(to), attempt: kind === 'work' ? 1 : null, outcome, seq, detail: null, ballotId: null, ...more })
  const spent = bars => { const work = bars.filter(b => /work|undo/.test(b.kind)); const counted = work.length > 0 ? work : bars; return { tookMs: counted.reduce((sum, b) => sum + (b.to ? Date.parse(b.to) - Date.parse(b.from) : 0), 0), since: counted.find(b => !b.to)?.from ?? null } }
  const lane = (stepId, agentType, status, bars, more = {}) => ({ stepId, agentType, undo: false, status, bars, critical: false, ...spent(bars), ...more })
  if (run.runId === ids.wide) return { from: run.startedAt, to: now(), now: now(), ended: false, lanes: stepsOf(run).map((s, i) => lane(s.stepId, s.agentType, s.status, s.startedAt ? [bar('work', (Date.parse(s.startedAt) - Date.parse(run.startedAt)) / 1000, s.endedAt ? (Date.parse(s.endedAt) - Date.parse(run.startedAt)) / 1000 : null, s.status === 'failed' ? 'failed' : s.endedAt ? 'done' : 'open', i + 1)] : [])) }
  const voting = run.runId === ids.voting
  return {
    from: run.startedAt, to: run.endedAt ?? now(), now: now(), ended: run.endedAt !== null, lanes: [
      lane('plan', 'planner', 'done', [bar('work', 0, 1.2, 'done', 2)], { critical: true }),
      lane('retrieve', 'researcher', 'done', [bar('work', 1.3, 4, 'retried', 4, { detail: 'The provider answered 429' }), bar('retry-wait', 4, 12, 'done', 5), bar('work', 12, 20, 'done', 6, { attempt: 2 })], { critical: true }),
      lane('draft', 'coder', failed ? 'compensated' : 'done', [bar('work', 20, 34, 'done', 9)], { critical: true }),
      lane('test', 'tester', failed ? 'compensated' : run.stuck ? 'dispatched' : 'done', [bar('work', 34, run.stuck ? null : 40, run.stuck ? 'open' : 'done', 11)]),
      lane('review', 'critic', failed ? 'failed' : voting ? 'ballot-wait' : 'pending', failed || voting ? [bar('work', 40, 42, 'retried', 13), bar('ballot', 42, failed ? 52 : null, failed ? 'failed' : 'open', 14, { ballotId: failed ? ids.decidedBallot : ids.openBallot, detail: 'Rejected 2.11 : 1.38' }), ...failed ? [bar('work', 52, 55, 'failed', 18, { attempt: 3, detail: run.failedDetail })] : []] : [], { critical: true }),
      lane('ask', 'planner', voting ? 'input-wait' : 'pending', voting ? [bar('question', 60, null, 'open', 15)] : []),
      ...failed ? [lane('test', 'tester', 'compensated', [bar('undo', 55.5, 57, 'done', 20)], { undo: true }), lane('draft', 'coder', 'compensated', [bar('undo', 57, 60, 'done', 22)], { undo: true })] : [],
      lane('publish', 'deployer', failed ? 'skipped' : 'pending', []),
    ],
  }
}

const eventNames = ['run-started', 'step-dispatched', 'step-completed', 'step-dispatched', 'step-retried', 'step-dispatched', 'step-completed', 'step-dispatched', 'step-completed', 'step-dispatched', 'step-completed', 'step-dispatched', 'ballot-opened', 'vote-cast', 'vote-cast', 'ballot-decided', 'step-failed', 'compensation-started', 'step-compensated', 'compensation-started', 'step-compensated', 'run-failed']
const messages = new Map()
const messageId = (run, seq) => {
  const key = `${run.runId}${seq}`
  if (!messages.has(key)) messages.set(key, guid())
  return messages.get(key)
}
export const eventsOf = run => eventNames.map((event, i) => ({
  seq: i + 1, at: new Date(Date.parse(run.startedAt) + i * 2800).toISOString(), event, stepId: i === 0 || i === 21 ? null : ['plan', 'plan', 'retrieve', 'retrieve', 'retrieve', 'retrieve', 'draft', 'draft', 'test', 'test', 'review', 'review', 'review', 'review', 'review', 'review', 'test', 'test', 'draft', 'draft'][Math.min(19, i - 1)], attempt: 1,
  detail: i === 16 ? { reason: 'ballot-rejected', detail: nasty } : { worker: 'coder-3' }, messageId: messageId(run, i + 1), causationId: i ? messageId(run, i) : null,
}))
export const stateOf = (run, seq) => {
  const event = eventsOf(run)[seq - 1] ?? eventsOf(run).at(-1)
  const at = n => stepsOf(run).slice(0, 60).map((s, i) => ({ stepId: s.stepId, status: i * 3 + 2 < n ? s.status : i * 3 < n ? 'dispatched' : 'pending', attempt: 1, undoAttempts: 0, reason: i * 3 + 2 < n ? s.reason : null, waitingOn: null }))
  const [before, after] = [at(seq - 1), at(seq)]
  return { seq: event.seq, at: event.at, event: event.event, before: seq === 1 ? null : { status: 'running', reason: null, steps: before }, after: { status: seq >= 22 ? run.status : seq >= 17 && run.status === 'failed' ? 'compensating' : 'running', reason: seq >= 22 ? run.reason : null, steps: after }, changes: after.flatMap((s, i) => before[i].status !== s.status ? [{ path: `steps.${s.stepId}.status`, before: before[i].status, after: s.status }] : []) }
}
export const messagesOf = run => {
  const lanes = ['requester', 'saga', 'planner', 'researcher', 'coder', 'critic', 'arbiter']
  const rows = [['requester', 'saga', 'run.start.v2', 'control'], ['saga', 'planner', 'step.execute.v1', 'work'], ['planner', 'saga', 'step.completed.v1', 'answer'], ['saga', 'researcher', 'step.execute.v1', 'work'], ['researcher', 'saga', 'step.failed.v1', 'failure'], ['saga', 'researcher', 'step.execute.v1', 'retry'], ['researcher', 'researcher', 'tool.search.v1', 'control'], ['researcher', 'saga', 'step.completed.v1', 'answer'], ['saga', 'coder', 'step.execute.v1', 'work'], ['coder', 'saga', 'step.completed.v1', 'answer'], ['saga', 'critic', 'step.execute.v1', 'work'], ['critic', 'arbiter', 'ballot.open.v1', 'question'], ['arbiter', 'coder', 'vote.cast.v1', 'vote'], ['coder', 'arbiter', 'vote.given.v1', 'vote'], ['critic', 'arbiter', 'vote.given.v1', 'vote'], ['arbiter', 'saga', 'ballot.decided.v1', 'decision'], ['saga', 'coder', 'step.undo.v1', 'undo'], ['coder', 'saga', 'step.undone.v1', 'undo'], ['saga', 'critic', 'step.execute.v1', 'dead'], ['saga', 'requester', 'run.failed.v2', 'failure']]
  return { lanes, more: false, arrows: rows.map(([from, to, contract, kind], i) => ({ messageId: messageId(run, i + 1), causationId: i ? messageId(run, i) : null, at: new Date(Date.parse(run.startedAt) + i * 2800).toISOString(), from, to, contract, kind, stepId: 'draft', attempt: kind === 'retry' ? 2 : 1, seq: i + 1, deadLetterId: kind === 'dead' ? 1001 : null, note: kind === 'vote' ? 'approve 0.72' : null })) }
}
export const graphOf = run => {
  const events = eventsOf(run)
  return { runId: run.runId, transactionId: guid(), more: false, nodes: [...events.map(e => ({ id: `event:${e.seq}`, kind: 'event', at: e.at, label: e.event, detail: null, status: null, stepId: e.stepId, seq: e.seq })), { id: 'effect:1', kind: 'effect', at: events[8].at, label: 'git.push', detail: nasty, status: 'undone', stepId: 'draft', seq: null }, { id: 'model:1', kind: 'model-call', at: events[8].at, label: 'model B', detail: '12,004 tokens', status: null, stepId: 'draft', seq: null }, { id: `ballot:${ids.decidedBallot}`, kind: 'ballot', at: events[12].at, label: 'Merge patch #811?', detail: null, status: 'decided', stepId: 'review', seq: null }], edges: [...events.slice(1).map(e => ({ from: `event:${e.seq - 1}`, to: `event:${e.seq}`, kind: 'caused' })), { from: 'event:8', to: 'effect:1', kind: 'did' }, { from: 'event:8', to: 'model:1', kind: 'asked' }, { from: 'event:13', to: `ballot:${ids.decidedBallot}`, kind: 'asked' }] }
}
export const journalOf = run => ({ next: null, rows: Array.from({ length: 14 }, (_, i) => ({ seq: i + 1, at: new Date(Date.parse(run.startedAt) + i * 3500).toISOString(), kind: i % 3 === 0 ? 'model-call' : i % 3 === 1 ? 'effect-intent' : 'effect-committed', stepId: ['plan', 'retrieve', 'draft'][i % 3], compensating: i > 11, attempt: i === 5 ? 2 : 1, worker: `coder-${i % 3}`, tool: 'git.push', class: 'external', key: i % 3 ? `push:${run.runId.slice(-4)}:${i}` : null, status: i === 5 ? 'failed' : 'done', code: i === 5 ? 'provider.429' : null, detail: i === 5 ? nasty : null, model: i % 3 ? null : agentTypes[i % 7], inputTokens: i % 3 ? null : 4000 + i * 100, outputTokens: i % 3 ? null : 900, costMicroUsd: i % 3 ? null : 41000, durationMs: 120 + i * 333, traceId: null })) })
export const waitsOf = run => ({
  stuck: run.stuck, rows: run.endedAt ? [] : [{ stepId: 'test', kind: run.waitKind ?? 'worker', what: run.waitsFor ?? 'a worker', since: ago(140), until: ahead(300), why: run.stuck }], timers: run.endedAt ? [] : [{ token: guid(), dueAt: ahead(300), messageType: 'step.timeout.v1', destination: 'saga', what: 'Step test runs into its time limit', runId: run.runId, runName: run.name, attempts: 0, lastError: null }],
  deadLetters: [], claims: run.endedAt ? [] : [{ stepId: 'test', attempt: 1, agentType: 'tester', owner: 'tester-1@host-a', epoch: 4, crashes: 1, claimedAt: ago(140), expiresAt: ago(20), expired: true }],
})
