// A monitor without a server: serves dist with the same policy and the whole API from generated data.
//   node dev/mock.mjs            PORT=5199 PREFIX=/ops/coordination RUNS=50000 CHANGES=20 (a second)
//   GET /__mock?roles=viewer     then reload; also ?fail=/overview:500, ?fail=none, ?signedout=1, ?changes=400, ?silent=1, ?empty=1
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { ago, ahead, ids, makeRun, makeRuns, now, random } from './mock/data.mjs'
import { agents, audit, ballotDetail, ballots, effects, flow, groups, letterDetail, letters, timers, voterRows } from './mock/fleet.mjs'
import { beat, operate, operations } from './mock/operations.mjs'
import { eventsOf, graphOf, journalOf, messagesOf, stateOf, stepsOf, timelineOf, waitsOf } from './mock/run.mjs'

const port = Number(env.PORT ?? 5199)
const prefix = (env.PREFIX ?? '').replace(/\/$/, '')
const dist = fileURLToPath(new URL('../dist', import.meta.url))
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
const mode = { roles: (env.ROLES ?? 'viewer,operator,approver,payload-reader').split(','), fail: null, signedout: false, changes: Number(env.CHANGES ?? 20), silent: false, empty: false, delay: Number(env.DELAY ?? 0) }
const runs = makeRuns(Number(env.RUNS ?? 50_000))
const byId = new Map(runs.map(run => [run.runId, run]))

const fields = [['status', 'Where the run stands', 'status:failed', ['running', 'cancelling', 'compensating', 'completed', 'partial', 'failed', 'cancelled', 'expired', 'voting', 'waits-for-person', 'retrying', 'waiting', 'stuck', 'in-doubt']], ['stuck', 'Does not move', 'stuck:yes', ['yes', 'no']], ['agent', 'An agent that took part', 'agent:coder', agents.map(a => a.agentType)], ['name', 'Name of the run', 'name:code-review', null], ['reason', 'Why it ended', 'reason:deadline', null], ['requester', 'Who asked for it', 'requester:nightly', null], ['cost', 'Cost in dollars', 'cost>2', null], ['started', 'When it began', 'started:>-2h', null], ['id', 'How its id begins or ends', 'id:9a43de', null], ['waits', 'What it waits for', 'waits:person', ['person', 'ballot']], ['duration', 'How long it took', 'duration:>30s', null]].map(([name, description, example, values]) => ({ name, description, example, values }))
const parse = q => [...(q ?? '').matchAll(/(-?)(?:([a-z]+)(:|>=|<=|>|<))?("(?:[^"\\]|\\.)*"?|[^\s"]+)/g)].map(m => ({ start: m.index, length: m[0].length, text: m[0], field: { state: 'status', about: 'scope' }[m[2]] ?? m[2] ?? null, operator: m[3] ?? ':', values: m[4].replaceAll('"', '').split(','), negated: m[1] === '-' }))
const problemsOf = q => parse(q).filter(c => c.field && !fields.some(f => f.name === c.field)).map(c => ({ start: c.start, length: c.length, message: `There is no field ${c.field}`, suggestion: c.field === 'sate' ? c.text.replace('sate', 'status') : null }))
const matches = (run, clause) => {
  const any = test => clause.values.some(test) !== clause.negated
  if (clause.field === 'status') return any(v => run.status === v || run.endedAt === null && { 'voting': 'ballot', 'waits-for-person': 'person', 'retrying': 'retry' }[v.toLowerCase().replaceAll(' ', '-')] === run.waitKind || v === 'stuck' && run.stuck !== null)
  if (clause.field === 'id') return any(v => run.runId.startsWith(v) || run.runId.endsWith(v))
  if (clause.field === 'stuck') return run.stuck !== null
  if (clause.field === 'agent') return any(v => run.agents.includes(v))
  if (clause.field === 'cost') return clause.operator.startsWith('>') ? run.costMicroUsd / 1e6 > Number(clause.values[0]) : run.costMicroUsd / 1e6 < Number(clause.values[0])
  if (clause.field === null) return any(v => `${run.runId} ${run.name} ${run.businessScope ?? ''} ${run.failedDetail ?? ''}`.toLowerCase().includes(v.toLowerCase()))
  return clause.field in run ? any(v => String(run[clause.field]) === v) : true
}
const lasted = run => Date.parse(run.endedAt ?? now()) - Date.parse(run.startedAt)
let cache = { key: '', rows: [] }
const find = (q, sort = '-started') => {
  const key = `${q} ${sort} ${runs.length} ${mode.empty}`
  if (cache.key === key) return cache.rows
  const clauses = parse(q)
  const rows = mode.empty ? [] : clauses.length ? runs.filter(run => clauses.every(c => matches(run, c))) : [...runs]
  const by = { 'started': (a, b) => a.startedAt < b.startedAt ? -1 : 1, 'updated': (a, b) => a.updatedAt < b.updatedAt ? -1 : 1, 'cost': (a, b) => a.costMicroUsd - b.costMicroUsd, 'duration': (a, b) => lasted(a) - lasted(b) }
  const column = sort.replace('-', '')
  rows.sort(by[column] ?? by.started)
  if (sort.startsWith('-')) rows.reverse()
  cache = { key, rows }
  return rows
}
const tally = (rows, value) => Object.entries(rows.reduce((all, row) => { for (const v of [value(row)].flat()) if (v) all[v] = (all[v] ?? 0) + 1
  return all }, {})).toSorted((a, b) => b[1] - a[1]).slice(0, 10).map(([v, count]) => ({ value: v, count }))
const nav = () => mode.empty ? { attention: 0, stuck: 0, ballots: 0, questions: 0, effects: 0, deadLetters: 0 } : { attention: 7, stuck: 1, ballots: 1, questions: 1, effects: effects.filter(e => e.questionId).length, deadLetters: 453 }
const overview = () => ({
  at: now(), nav: nav(), rates: { startedPerMinute: 35.2, endedPerMinute: 33.9, failedPerMinute: 1.25, overMinutes: 5 }, typical: mode.empty ? [] : [{ name: 'code-review', runs: 812, medianMs: 42_000, p95Ms: 192_000 }, { name: 'research-report', runs: 311, medianMs: 610_000, p95Ms: 2_900_000 }, { name: 'invoice-match', runs: 96, medianMs: 3_400, p95Ms: 9_100 }], runs: Object.fromEntries(tally(runs, r => r.status).map(t => [t.value, t.count])),
  attention: mode.empty ? [] : [
    { kind: 'ballot', severity: 'vote', title: '17 ballots wait for people', detail: 'refund, T2: Refund order … at once, or have a person review it?', since: ago(180), until: ahead(240), href: '/consensus?status=people', count: 17 }, { kind: 'effect', severity: 'bad', title: '2 effects are in doubt', detail: 'Nobody knows whether they were done: look at the targets and say so.', since: ago(900), until: null, href: '/effects?status=indoubt', count: 2 },
    { kind: 'stuck', severity: 'bad', title: 'data-backfill is stuck', detail: 'No worker of tester is alive', since: ago(1400), until: null, href: `/runs/${ids.stuck}`, count: 1 }, { kind: 'question', severity: 'vote', title: 'Which branch is meant?', detail: 'merge-patch #812 · step ask', since: ago(120), until: null, href: `/runs/${ids.voting}`, count: 1 },
    { kind: 'dead-letters', severity: 'bad', title: 'TimeoutException in ProviderClient.Send', detail: '412 parked and growing', since: ago(7200), until: null, href: '/dead-letters/timeout:researcher', count: 412 }, { kind: 'agent', severity: 'warn', title: 'No tester is alive and 7 steps wait', detail: null, since: ago(1400), until: null, href: '/agents/tester', count: 7 }, { kind: 'failed-runs', severity: 'warn', title: 'More runs fail than usual', detail: '18 in ten minutes', since: ago(600), until: null, href: '/runs?q=status%3Afailed', count: 18 },
  ],
  waits: mode.empty ? [] : runs.filter(r => r.currentStep).slice(0, 12).map((r, i) => ({ runId: r.runId, runName: r.name, stepId: r.currentStep, agentType: r.agents[0], kind: r.waitKind ?? 'worker', what: r.waitsFor ?? 'a worker', since: ago(1400 - i * 90), until: r.waitEndsAt, count: i % 4 === 1 ? 17 : 1 })),
})
const detail = (run, at) => ({
  run, transactionId: run.runId, joinedRunId: null, story: run.runId === ids.failed ? 'The ballot rejected 2.11 : 1.38 and security-c vetoed; two steps were undone.' : run.stuck ? `It stands still at ${run.currentStep}: ${run.stuck}.` : run.waitsFor ? `It waits at ${run.currentStep} for ${run.waitsFor}.` : `It ${run.status} after ${run.stepsDone} of ${run.steps} steps.`,
  steps: stepsOf(run), ballots: ballots.filter(b => b.runId === run.runId), at: at ?? 22, lastSeq: 22, moment: at === null ? null : eventsOf(run)[at - 1]?.at ?? null, inputTokens: Math.round(run.tokens * 0.8), outputTokens: Math.round(run.tokens * 0.2), costMicroUsd: run.costMicroUsd, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', compensated: run.status === 'failed' ? ['draft', 'test'] : [],
  cancel: run.status === 'cancelled' ? { by: 'ann', reason: 'duplicate order', at: run.endedAt } : null,
  actions: [{ kind: 'run.cancel', enabled: run.endedAt === null, why: run.endedAt ? `It has ended: ${run.status}.` : null }, { kind: 'run.answer', enabled: true, why: null }],
})
const page = rows => ({ rows: mode.empty ? [] : rows, next: null })
const slice = (rows, url, id) => {
  const limit = Number(url.searchParams.get('limit') ?? 100)
  const start = Number(url.searchParams.get('after') ?? 0)
  return { rows: mode.empty ? [] : rows.slice(start, start + limit), next: start + limit < rows.length ? String(start + limit) : null, ...id }
}
class Refused extends Error { constructor(status, title, more = {}) { super(title); this.body = { type: 'about:blank', title, status, detail: null, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', code: null, missingRole: null, ...more } } }
const need = role => { if (!mode.roles.includes(role) && !mode.roles.includes('admin')) throw new Refused(403, 'Forbidden', { missingRole: role, code: 'role.missing' }) }
const or404 = found => { if (!found) throw new Refused(404, 'Not found', { detail: 'There is no such thing, or it was removed after its retention.' }); return found }
const q = url => url.searchParams.get('q') ?? ''
const payloadReader = () => mode.roles.includes('payload-reader')

const gets = [
  [/^\/me$/, () => ({ user: 'ana@example.com', roles: mode.roles, environment: 'development', version: '0.9.0', now: now(), signOut: null, confirmAbove: 10, hasBroker: true })], [/^\/overview$/, overview],
  [/^\/runs$/, url => { if (problemsOf(q(url)).length) return { rows: [], next: null, asOf: now(), problems: problemsOf(q(url)) }; const rows = find(q(url), url.searchParams.get('sort') ?? '-started'); return { ...slice(rows, url), asOf: now(), problems: problemsOf(q(url)) } }], [/^\/runs\/count$/, url => { const n = find(q(url)).length; return { total: Math.min(n, 10_000), more: n > 10_000 } }],
  [/^\/runs\/facets$/, url => { const rows = find(q(url)); return { status: Object.fromEntries(tally(runs, r => r.status).map(t => [t.value, t.count])), stuck: runs.filter(r => r.stuck).length, name: tally(rows, r => r.name), agent: tally(rows, r => r.agents), reason: tally(rows, r => r.reason), requester: tally(rows, r => r.requester) } }],
  [/^\/query\/parse$/, url => ({ clauses: parse(q(url)), problems: problemsOf(q(url)), fields })],
  [/^\/runs\/compare$/, url => { const [a, b] = ['a', 'b'].map(k => or404(byId.get(url.searchParams.get(k)))); return { a, b, first: { seqA: 17, seqB: 17, stepId: 'review', what: 'A was rejected by the ballot; B waits for people.' }, steps: stepsOf(a).map((s, i) => ({ stepId: s.stepId, inA: true, inB: i !== 5, same: i < 3, fields: i < 3 ? [] : [{ field: 'status', a: s.status, b: stepsOf(b)[i]?.status ?? null }] })), fields: [{ field: 'status', a: a.status, b: b.status }, { field: 'cost', a: String(a.costMicroUsd), b: String(b.costMicroUsd) }, { field: 'tenant', a: 'acme', b: 'acme' }] } }],
  [/^\/runs\/([^/]+)$/, (url, id) => detail(or404(byId.get(id)), Number(url.searchParams.get('at')) || null)], [/^\/runs\/([^/]+)\/events$/, (url, id) => { const all = eventsOf(or404(byId.get(id))).filter(e => !q(url) || JSON.stringify(e).includes(q(url))); const after = Number(url.searchParams.get('after') ?? 0); return { rows: all.filter(e => e.seq > after).slice(0, Number(url.searchParams.get('limit') ?? 200)), next: null, total: all.length } }],
  [/^\/runs\/([^/]+)\/timeline$/, (_, id) => timelineOf(or404(byId.get(id)))], [/^\/runs\/([^/]+)\/messages$/, (_, id) => messagesOf(or404(byId.get(id)))], [/^\/runs\/([^/]+)\/graph$/, (_, id) => graphOf(or404(byId.get(id)))], [/^\/runs\/([^/]+)\/state$/, (url, id) => stateOf(or404(byId.get(id)), Number(url.searchParams.get('seq')))],
  [/^\/runs\/([^/]+)\/effects$/, (_, id) => page(effects.filter(e => e.runId === id))], [/^\/runs\/([^/]+)\/journal$/, (_, id) => journalOf(or404(byId.get(id)))], [/^\/runs\/[^/]+\/ballots\/([^/]+)$/, (_, id) => ballotDetail(or404(ballots.find(b => b.ballotId === id)), payloadReader())], [/^\/runs\/([^/]+)\/waits$/, (_, id) => waitsOf(or404(byId.get(id)))], [/^\/runs\/([^/]+)\/payloads$/, () => { need('payload-reader'); return { rows: [{ stepId: 'plan', kind: 'input', body: { goal: 'Review patch 812', note: '\u202Eevil' }, bytes: 55, at: ago(600), seq: 2 }, { stepId: 'plan', kind: 'output', body: { steps: ['retrieve', 'draft', 'review'] }, bytes: 44, at: ago(590), seq: 3 }] } }], [/^\/runs\/([^/]+)\/audit$/, (_, id) => page(audit.filter(a => a.runId === id))],
  [/^\/ballots$/, url => page(ballots.filter(b => !url.searchParams.get('status') || b.status === url.searchParams.get('status')))], [/^\/ballots\/([^/]+)$/, (_, id) => ballotDetail(or404(ballots.find(b => b.ballotId === id)), payloadReader())], [/^\/voters$/, () => page(voterRows)],
  [/^\/effects$/, url => page(effects.filter(e => !url.searchParams.get('status') || e.status === url.searchParams.get('status')))], [/^\/timers$/, url => page(timers.filter(t => !url.searchParams.get('run') || t.runId === url.searchParams.get('run')))],
  [/^\/dead-letters\/groups$/, () => ({ ...page(groups), open: 453 })], [/^\/dead-letters$/, url => slice(letters.filter(l => (!url.searchParams.get('group') || l.fingerprint === url.searchParams.get('group')) && (url.searchParams.get('state') === 'all' || l.state === 'open')), url)], [/^\/dead-letters\/(\d+)$/, (_, id) => letterDetail(or404(letters.find(l => l.id === Number(id))), payloadReader())],
  [/^\/agents$/, () => page(agents)], [/^\/flow$/, flow], [/^\/operations$/, () => page(operations)], [/^\/operations\/([^/]+)$/, (_, id) => or404(operations.find(o => o.id === id))], [/^\/audit$/, url => page(audit.filter(a => ['actor', 'kind', 'run'].every(k => !url.searchParams.get(k) || String(a[k === 'run' ? 'runId' : k]).includes(url.searchParams.get(k)))))],
  [/^\/resolve$/, url => ({ href: or404(url.searchParams.get('message') || url.searchParams.get('trace') ? `/runs/${ids.failed}/messages` : null) })],
]

const streams = new Set()
let eventId = 1
const send = (topic, data) => { eventId++
  for (const s of streams) if (topic === 'pulse' || s.topics.has(topic)) s.res.write(`event: ${topic}\nid: ${eventId}\ndata: ${JSON.stringify(data)}\n\n`) }
const statuses = ['running', 'running', 'compensating', 'completed', 'failed']
setInterval(() => {
  if (streams.size === 0 || mode.silent || mode.changes === 0) return
  const changed = []
  for (let i = 0; i < mode.changes / 4; i++) {
    const run = runs[i < 6 ? Math.floor(random() * 40) : Math.floor(random() * runs.length)]
    if (Object.values(ids).includes(run.runId)) continue
    Object.assign(run, { version: run.version + 1, updatedAt: now(), tokens: run.tokens + 120, costMicroUsd: run.costMicroUsd + 900, status: random() < 0.2 ? statuses[Math.floor(random() * 5)] : run.status })
    changed.push(run)
  }
  if (random() < 0.2) { const run = makeRun(0, { status: 'running', endedAt: null }); run.startedAt = now(); runs.unshift(run); byId.set(run.runId, run); changed.push(run) }
  send('runs', { rows: changed, more: 0 })
}, 250)
setInterval(() => { if (!mode.silent) send('pulse', { at: now(), lagMs: 120, nav: nav() }) }, 2000)
setInterval(() => { if (mode.silent) return
  for (const topic of ['overview', 'flow', 'agents', `run:${ids.voting}`, `ballot:${ids.openBallot}`]) send(topic, { at: now() })
  if (beat()) for (const topic of ['operations', ...operations.map(o => `operation:${o.id}`)]) send(topic, { at: now() }) }, 1500)

const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' }
const json = (res, status, body) => { res.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json', 'content-security-policy': csp }); res.end(JSON.stringify(body)) }
const read = req => new Promise(done => { let text = ''; req.on('data', part => { text += part }); req.on('end', () => done(text ? JSON.parse(text) : {})) })
const steer = { suspend: 'suspended', resume: 'running', cancel: 'cancelled' }

const api = async (req, res, url, path) => {
  if (mode.signedout) throw new Refused(401, 'Sign in first')
  if (mode.fail && path.startsWith(mode.fail.path)) throw new Refused(mode.fail.status, mode.fail.status === 403 ? 'Forbidden' : mode.fail.status === 410 ? 'Gone' : 'The database did not answer', { detail: mode.fail.status === 410 ? 'It was archived on 2026-01-02.' : null, missingRole: mode.fail.status === 403 ? 'viewer' : null })
  if (path === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    res.write('retry: 1000\n\n')
    const stream = { res, topics: new Set((url.searchParams.get('topics') ?? '').split(',')) }
    streams.add(stream)
    req.on('close', () => streams.delete(stream))
    send('pulse', { at: now(), lagMs: 120, nav: nav() })
    return
  }
  if (path === '/runs/export') { res.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename=runs.csv' }); res.end(`runId,name,status\n${find(q(url)).slice(0, 1000).map(r => [r.runId, r.name, r.status].join()).join('\n')}`); return }
  if (mode.delay) await new Promise(done => setTimeout(done, mode.delay))
  if (req.method === 'POST') {
    if (!req.headers['idempotency-key'] || req.headers['x-coordination'] !== '1') throw new Refused(400, 'The headers Idempotency-Key and X-Coordination are needed')
    const steering = /^\/operations\/([^/]+)\/(suspend|resume|cancel)$/.exec(path)
    if (steering) { need('operator'); const o = or404(operations.find(x => x.id === steering[1])); o.status = steer[steering[2]]; return json(res, 200, o) }
    const request = await read(req)
    need(request.kind === 'ballot.answer' ? 'approver' : 'operator')
    return json(res, 200, operate(request, text => find(text).length))
  }
  for (const [pattern, answer] of gets) { const match = pattern.exec(path)
    if (match) return json(res, 200, answer(url, ...match.slice(1).map(decodeURIComponent))) }
  throw new Refused(404, 'No such endpoint')
}

createServer(async (req, res) => {
  const url = new URL(req.url, 'http://mock')
  if (url.pathname === '/__mock') {
    for (const [key, value] of url.searchParams) mode[key] = key === 'roles' ? value.split(',').filter(Boolean) : key === 'fail' ? (value === 'none' ? null : { path: value.split(':')[0], status: Number(value.split(':')[1] ?? 500) }) : /^\d+$/.test(value) && key !== 'signedout' && key !== 'silent' && key !== 'empty' ? Number(value) : value === '1'
    if (url.searchParams.get('gap')) for (const s of streams) s.res.write(`event: gap\nid: ${++eventId}\ndata: {}\n\n`)
    if (url.searchParams.get('drop')) for (const s of streams) s.res.destroy()
    return json(res, 200, { ...mode, ids })
  }
  if (!url.pathname.startsWith(prefix)) { res.writeHead(404); return res.end() }
  const path = url.pathname.slice(prefix.length) || '/'
  if (path.startsWith('/api/')) {
    try { await api(req, res, url, path.replace('/api/v1', '')) } catch (error) { json(res, error.body?.status ?? 500, error.body ?? { title: String(error), status: 500, traceId: 'mock', detail: error.stack, type: 'about:blank', code: null, missingRole: null }) }
    return
  }
  const file = join(dist, normalize(path))
  if (path.startsWith('/assets/') && existsSync(file)) {
    res.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'cache-control': 'public, max-age=31536000, immutable', 'content-security-policy': csp })
    return createReadStream(file).pipe(res)
  }
  if (path.startsWith('/assets/')) { res.writeHead(404); return res.end() }
  res.writeHead(200, { 'content-type': types['.html'], 'cache-control': 'no-store', 'content-security-policy': csp })
  res.end(readFileSync(join(dist, 'index.html'), 'utf8').replace('/__BASE__/', `${prefix}/`))
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}${prefix}/`))
