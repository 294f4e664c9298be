// Generated data for development: the same at every start, so that screenshots can be compared.
let seed = 7
export const random = () => {
  seed = seed * 1664525 + 1013904223 >>> 0
  return seed / 2 ** 32
}
export const pick = list => list[Math.floor(random() * list.length)]
const hex = n => Array.from({ length: n }, () => Math.floor(random() * 16).toString(16)).join('')
export const guid = () => `0199${hex(4)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`
export const now = () => new Date().toISOString()
export const ago = seconds => new Date(Date.now() - seconds * 1000).toISOString()
export const ahead = seconds => ago(-seconds)

export const nasty = '<img src=x onerror="alert(1)"><script>alert(2)</script> \u202Etxt.exe\u202C \u001b[31mred\u001b[0m zero\u200bwidth https://evil.example/?q=[click](javascript:alert(3))'
const names = ['code-review', 'data-backfill', 'research-report', 'incident-triage', 'release-notes', 'contract-review', 'invoice-match', 'support-answer']
export const agentTypes = ['planner', 'researcher', 'coder', 'critic', 'tester', 'deployer', 'summariser']
const requesters = ['ana@example.com', 'build-server', 'nightly', 'support-desk', 'bo@example.com']
const waits = { worker: 'a worker of coder', person: 'an answer: which branch?', ballot: 'the votes of 5', retry: 'retry 2 of 5: provider answered 429', undo: 'undo of draft', 'earlier-steps': 'plan, retrieve' }
const failures = ['The provider answered 500 three times in a row', 'lease timeout: worker coder-3 did not renew', 'The answer does not fit the contract patch.drafted.v3: missing "files"', 'The budget of $12.00 is spent', nasty]

export const makeRun = (index, overrides = {}) => {
  const status = pick(['completed', 'completed', 'completed', 'completed', 'running', 'running', 'failed', 'compensating', 'cancelled', 'partial', 'expired', 'cancelling'])
  const live = /running|cancelling|compensating/.test(status)
  const steps = 3 + Math.floor(random() * 9)
  const kind = live ? status === 'compensating' ? 'undo' : pick(Object.keys(waits)) : null
  const started = index * 1.7 + random()
  return {
    runId: guid(), tenant: pick(['acme', 'globex']), name: pick(names), status, reason: /failed|partial|expired|cancelled/.test(status) ? pick(['step-failed', 'deadline', 'cancelled-by-person', 'ballot-rejected']) : null, requester: pick(requesters), businessScope: random() < 0.6 ? `TKT-${1000 + index % 900}, order A-${21000 + index % 900}` : null,
    startedAt: ago(started), updatedAt: ago(started * random()), deadlineAt: random() < 0.5 ? ahead(random() * 9000) : null, endedAt: live ? null : ago(started * 0.4),
    failedStep: status === 'failed' ? pick(['draft', 'review', 'publish']) : null, failedDetail: status === 'failed' ? pick(failures) : null,
    stepsDone: live ? Math.floor(random() * steps) : status === 'completed' ? steps : Math.floor(random() * steps), steps, retries: random() < 0.3 ? 1 + Math.floor(random() * 4) : 0,
    currentStep: live ? pick(['plan', 'retrieve', 'draft', 'review']) : null, waitKind: kind, waitsFor: kind && waits[kind], waitEndsAt: kind ? ahead(random() * 900) : null, inDoubt: false, stuck: live && random() < 0.01 ? 'No worker of coder is alive since 14 m' : null,
    agents: [...new Set([pick(agentTypes), pick(agentTypes), pick(agentTypes)])], tokens: Math.floor(random() * 200000), costMicroUsd: Math.floor(random() * 11_000_000), version: 1, ...overrides,
  }
}

export const ids = { failed: '01990000-0000-7000-8000-00000000f001', voting: '01990000-0000-7000-8000-00000000b001', stuck: '01990000-0000-7000-8000-00000000e001', wide: '01990000-0000-7000-8000-00000000d001', openBallot: '01990000-0000-7000-8000-0000000ba001', decidedBallot: '01990000-0000-7000-8000-0000000ba002', sealedBallot: '01990000-0000-7000-8000-0000000ba003' }

export const makeRuns = count => [
  makeRun(0, { runId: ids.voting, name: 'merge-patch #812', status: 'running', endedAt: null, startedAt: ago(190), updatedAt: ago(4), stepsDone: 3, steps: 7, currentStep: 'vote', waitKind: 'ballot', waitsFor: 'two people to agree', waitEndsAt: ahead(240), failedStep: null, failedDetail: null, reason: null, stuck: null }),
  makeRun(1, { runId: ids.failed, name: 'merge-patch #811', status: 'failed', reason: 'ballot-rejected', startedAt: ago(700), endedAt: ago(640), updatedAt: ago(640), failedStep: 'review', failedDetail: 'Rejected 2.11 : 1.38; security-c vetoed: it writes outside the sandbox root (S-12)', stepsDone: 4, steps: 7, retries: 2, currentStep: null, waitKind: null, waitsFor: null, stuck: null, costMicroUsd: 9_450_000, tokens: 193_368, agents: ['planner', 'researcher', 'coder', 'critic'] }),
  makeRun(2, { runId: ids.stuck, name: 'data-backfill', status: 'running', endedAt: null, startedAt: ago(2600), updatedAt: ago(1400), stuck: 'No worker of tester is alive; the last was seen 23 m ago', stepsDone: 2, steps: 6, currentStep: 'verify', waitKind: 'worker', waitsFor: 'a worker of tester', inDoubt: false }),
  makeRun(3, { runId: ids.wide, name: 'research-report (fan-out)', status: 'running', endedAt: null, startedAt: ago(320), stepsDone: 160, steps: 243, currentStep: 'read-161', waitKind: 'worker', waitsFor: 'researcher', stuck: null }),
  makeRun(4, { name: 'support-answer', status: 'running', inDoubt: true, endedAt: null, currentStep: 'send', waitKind: 'person', waitsFor: 'someone to say whether the mail was sent' }),
  ...Array.from({ length: count - 5 }, (_, index) => makeRun(index + 5)),
]

export const voters = [
  ['critic-a', 'critic', 'model A · v4', 'reject', 0.91, 0.88, 0.07, 'Race on the shared lease; the undo step is not idempotent.'],
  ['coder-b', 'coder', 'model B · v2', 'approve', 0.72, 0.81, 0.14, 'Patch passes the suite; the risk is low.'],
  ['security-c', 'security', 'model C · v1', 'reject', 1.2, 0.93, 0.05, 'Writes outside the sandbox root. Veto on policy S-12.'],
  ['tester-d', 'tester', 'model B · v2', 'approve', 0.66, 0.64, 0.19, `Green on 412 tests; two are flaky. ${nasty}`],
  ['style-e', 'critic', 'model D · v9', 'abstain', 0.4, 0.5, 0.22, 'Outside my competence.'],
]
