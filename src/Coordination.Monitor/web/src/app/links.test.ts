import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { Router } from 'wouter'
import type { AuditRow, CausalGraph, MessageFlow, Operation, Overview, RunComparison, RunDetail, RunSummary, RunWaits, StateChange, StepView, Timeline } from '../api/types'
import { still } from '../api/queries'
import { AuditTable } from '../audit/AuditTable'
import { EffectsPage } from '../effects/EffectsPage'
import { OperationPage } from '../operations/OperationPage'
import { OverviewPage } from '../overview/OverviewPage'
import { CausesTab } from '../run/CausesTab'
import { ComparePage } from '../run/ComparePage'
import { RunValue } from '../run/context'
import { MessagesTab } from '../run/MessagesTab'
import { RunPage } from '../run/RunPage'
import { StateTab } from '../run/StateTab'
import { StepDetail } from '../run/StepDetail'
import { TimelineTab } from '../run/TimelineTab'
import { WaitsTab } from '../run/WaitsTab'
import { GroupsPage } from '../deadLetters/GroupsPage'
import { columns } from '../runs/columns'
import { RunPeek } from '../runs/RunPeek'
import { placeOf } from '../ui/named'

// Written to a text there is no browser: what a store says now is what it says there.
vi.hoisted(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }))
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('document', { baseURI: 'http://localhost/', documentElement: { dataset: {} }, addEventListener: () => {} })
  vi.stubGlobal('location', new URL('http://localhost/'))
})
vi.mock('react', async original => {
  const react = await original<typeof import('react')>()
  return { ...react, useSyncExternalStore: <T>(subscribe: (listener: () => void) => () => void, now: () => T) => react.useSyncExternalStore(subscribe, now, now) }
})

const ballot = '0199aaaa-0000-7000-8000-000000000001'
const runId = '0199aaaa-0000-7000-8000-000000000002'
const time = '2026-01-01T00:00:00Z'

const html = (node: ReactNode, data: readonly (readonly [topic: string, path: string, data: unknown])[] = [], at = '/'): string => {
  const client = new QueryClient()
  for (const [topic, path, value] of data) client.setQueryData(typeof value === 'object' && value !== null && 'pages' in value ? [topic, path, 'pages'] : [topic, path], value)
  const [ssrPath, ssrSearch] = at.split('?')
  return renderToStaticMarkup(createElement(QueryClientProvider, { client }, createElement(Router, { ssrPath, ssrSearch: ssrSearch ?? '' } as Parameters<typeof Router>[0], node)))
}
const linksOf = (text: string): string[] => [...text.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(match => match[1] ?? '')
/** A link or a button in a link or a button. */
const nested = (text: string): boolean => {
  let depth = 0
  for (const [, end] of text.matchAll(/<(\/?)(?:a|button)\b/g)) {
    depth += end ? -1 : 1
    if (depth > 1) return true
  }
  return false
}

const run = (more: Partial<RunSummary> = {}) => ({ runId, name: 'refund', status: 'running', reason: null, startedAt: time, updatedAt: time, endedAt: null, deadlineAt: null, waitEndsAt: null, failedStep: null, failedDetail: null, stuck: null, currentStep: 'vote', waitKind: 'ballot', waitsFor: `ballot ${ballot}`, steps: 2, stepsDone: 0, retries: 0, agents: ['coder', 'a/b'], tokens: 0, costMicroUsd: 0, requester: 'ann', businessScope: null, tenant: 't', ...more }) as RunSummary
const step = (more: Partial<StepView> = {}) => ({ stepId: 'vote', agentType: 'coder', status: 'ballot-wait', attempt: 0, undoAttempts: 0, dependsOn: [], undoneBy: 'undoer', electorate: null, policy: null, ballotId: ballot, waitingOn: `ballot ${ballot}`, waitEndsAt: null, startedAt: null, percent: null, incidentId: null, reason: null, answeredBy: null, question: null, questionId: null, note: null, detail: null, ...more }) as StepView
const detail = (more: Partial<RunSummary> = {}): RunDetail => ({ run: run(more), transactionId: runId, joinedRunId: null, story: 'It waits.', steps: [step()], ballots: [], at: 1, lastSeq: 1, moment: null, inputTokens: 0, outputTokens: 0, costMicroUsd: 0, traceId: null, compensated: [], cancel: null, actions: [] })
const onRun = (tab: ReactNode, path: string, data: unknown, at = '/'): string =>
  html(createElement(RunValue, { value: { id: runId, topic: 'run', at: null, setAt: () => {}, moment: null, detail: detail() } }, tab), [['run', `/runs/${runId}/${path}`, data]], at)
const cell = (key: string, more: Partial<RunSummary> = {}): string => html(columns.find(column => column.key === key)?.cell(run(more)))

describe('what the server names', () => {
  it('has the page of what is named', () => expect([`ballot ${ballot}`, `operation ${runId}`, 'dead letter 7 (step.execute.v1)', 'dead-letter/8', 'agent a/b'].map(text => placeOf(text)?.href)).toEqual([`/consensus/${ballot}`, `/operations/${runId}`, '/dead-letters/m/7', '/dead-letters/m/8', '/agents/a%2Fb']))
  it('is led to by half a character, too', () => expect(placeOf('agent a\ud800b')?.href).toBe('/agents/a%EF%BF%BDb'))
  it('leads nowhere when a question or a name only speaks of it', () => expect([`an answer to 'q': see ballot ${ballot}`, `ballot ${ballot} and more`, 'ballot 7', 'a worker', 'the next attempt'].map(placeOf)).toEqual([null, null, null, null, null]))
})
describe('a run that waits for a ballot', () => {
  it('leads from the list to itself, the ballot and its agents', () => {
    expect([linksOf(cell('run')), linksOf(cell('now')), linksOf(cell('agents'))]).toEqual([[`/runs/${runId}`], [`/consensus/${ballot}`], ['/agents/coder', '/agents/a%2Fb']])
    expect(linksOf(cell('now', { waitKind: 'person', waitsFor: `ballot ${ballot}` }))).toEqual([`/consensus/${ballot}`])
    expect(linksOf(cell('now', { waitKind: 'person', waitsFor: `an answer to 'q': ballot ${ballot}` }))).toEqual([])
    expect(nested(cell('run') + cell('now') + cell('agents'))).toBe(false)
  })
  it('leads to the ballot and the agents from beside the list and from its own page', () => {
    expect(linksOf(html(createElement(RunPeek, { id: runId, onClose: () => {} }), [[`run:${runId}`, `/runs/${runId}`, detail()]]))).toContain('/agents/coder')
    expect(html(createElement(RunPage, { params: { id: runId } }), [[`run:${runId}`, `/runs/${runId}`, detail()]])).toMatch(new RegExp(`<a href="/consensus/${ballot}"[^>]*><bdi[^>]*>the ballot</bdi></a>`))
    expect(linksOf(html(createElement(RunValue, { value: { id: runId, topic: 'run', at: null, setAt: () => {}, moment: null, detail: detail() } }, createElement(StepDetail, { step: step() }))))).toEqual(['/agents/coder', `/consensus/${ballot}`, '/agents/undoer', `/consensus/${ballot}`])
  })
  it('leads to them from every list of its page', () => {
    const waits = { stuck: null, timers: [], deadLetters: [], rows: [{ stepId: 'vote', kind: 'ballot', what: `ballot ${ballot}`, since: null, until: null, why: null }, { stepId: 'late', kind: 'earlier-steps', what: 'agent smith', since: null, until: null, why: null }], claims: [{ stepId: 'x', attempt: 1, agentType: 'coder', owner: null, epoch: 1, crashes: 0, claimedAt: time, expiresAt: time, expired: true }] } as RunWaits
    expect(linksOf(onRun(createElement(WaitsTab), 'waits', waits))).toEqual([`/consensus/${ballot}`, '/agents/coder'])
    const timeline = { from: time, to: time, now: time, ended: true, lanes: [{ stepId: 'vote', agentType: 'coder', undo: false, status: 'pending', bars: [], critical: false, tookMs: 0, since: null }] } as Timeline
    expect(linksOf(onRun(createElement(TimelineTab), 'timeline', timeline))).toEqual(['/agents/coder'])
    const state = { status: 'running', reason: null, steps: [{ stepId: 'vote', status: 'ballot-wait', attempt: 0, undoAttempts: 0, reason: null, waitingOn: `ballot ${ballot}` }] } as StateChange['after']
    expect(linksOf(onRun(createElement(StateTab), 'state?seq=1', { seq: 1, at: time, event: 'ballot-opened', before: null, after: state, changes: [{ path: 'steps.vote.waitingOn', before: 'agent coder', after: `ballot ${ballot}` }] }))).toEqual(['/agents/coder', `/consensus/${ballot}`, `/consensus/${ballot}`])
    const flow = { lanes: [], more: false, arrows: [{ messageId: 'm', causationId: null, at: time, from: 'run', to: 'agent coder', contract: 'step.execute.v1', kind: 'work', stepId: 'vote', attempt: 1, seq: null, deadLetterId: 5, note: null }] } as MessageFlow
    expect(linksOf(onRun(createElement(MessagesTab), 'messages', flow, '/?message=m'))).toEqual(['/agents/coder', '/dead-letters/m/5'])
  })
  it('leads nowhere from what people and agents call themselves, or give as a reason', () => {
    const asked = { lanes: [], more: false, arrows: [{ messageId: 'm', causationId: null, at: time, from: 'agent smith', to: 'run', contract: 'run.submit.v1', kind: 'control', stepId: null, attempt: null, seq: null, deadLetterId: null, note: null }] } as MessageFlow
    expect(linksOf(onRun(createElement(MessagesTab), 'messages', asked, '/?message=m'))).toEqual([])
    const state = { status: 'running', reason: null, steps: [{ stepId: 'vote', status: 'failed', attempt: 1, undoAttempts: 0, reason: `ballot ${ballot}`, waitingOn: null }] } as StateChange['after']
    expect(linksOf(onRun(createElement(StateTab), 'state?seq=1', { seq: 1, at: time, event: 'step-failed', before: null, after: state, changes: [{ path: 'steps.vote.reason', before: null, after: `ballot ${ballot}` }] }))).toEqual([])
  })
  it('leads to what caused what', () => {
    const node = (id: string, kind: string, text: string | null = null) => ({ id, kind, at: null, label: id, detail: text, status: null, stepId: null, seq: null })
    const graph = { runId, transactionId: runId, more: false, nodes: [node('ballot:b', 'ballot', 'agent smith asked'), node('dead-letter:7', 'dead-letter'), node('step:vote', 'step', 'agent coder'), node('message:m', 'message')], edges: [{ from: 'ballot:b', to: 'message:m', kind: 'caused' }, { from: 'message:m', to: 'dead-letter:7', kind: 'parked' }] } as CausalGraph
    const text = onRun(createElement(CausesTab), 'graph', graph)
    expect(linksOf(text)).toEqual(['/consensus/b', '/dead-letters/m/7', '/agents/coder', '/consensus/b'])
    expect(nested(text)).toBe(false)
  })
})
describe('other lists', () => {
  it('leads from what waits longest to ballot and agent', () => {
    const row = { runId, runName: 'refund', stepId: 'vote', agentType: 'coder', kind: 'ballot', what: `ballot ${ballot}`, since: time, until: null, count: 1 }
    const overview = { attention: [], runs: {}, rates: { overMinutes: 5, startedPerMinute: 0, endedPerMinute: 0, failedPerMinute: 0 }, typical: [], waits: [row] } as unknown as Overview
    expect(linksOf(html(createElement(OverviewPage), [['overview', '/overview', overview]])).slice(-3)).toEqual([`/runs/${runId}`, '/agents/coder', `/consensus/${ballot}`])
  })
  it('has no button in a link, however long its words are', () => {
    const title = 'x'.repeat(500)
    const attention = [{ kind: 'question', severity: 'warn', title, detail: null, count: 1, since: time, until: null, href: `/runs/${runId}` }]
    const operation = { id: 'o', kind: 'dead-letter.retry', status: 'done', total: 1, done: 1, failed: 0, skipped: 0, reason: null, by: 'ann', via: 'ui', createdAt: time, endedAt: time, select: null, items: [{ target: title, href: '/dead-letters/m/1', status: 'done', detail: null }], preview: null, commandLine: null } as Operation
    const group = { fingerprint: 'f', title, reason: 'r', error: null, messageType: 'm', endpoint: 'e', direction: 'in', count: 1, firstAt: time, lastAt: time, spark: [], growing: false, repeats: 0 }
    const pages = [
      html(createElement(OverviewPage), [['overview', '/overview', { attention, runs: {}, rates: { overMinutes: 5, startedPerMinute: 0, endedPerMinute: 0, failedPerMinute: 0 }, typical: [], waits: [] }]]),
      html(createElement(OperationPage, { params: { id: 'o' } }), [['operation:o', '/operations/o', operation]]),
      html(createElement(GroupsPage, { params: {} }), [['dead-letters', '/dead-letters/groups', { rows: [group], open: 1 }]]),
      html(createElement(ComparePage, { params: {} }), [[still, '/runs/compare?a=1&b=2', { a: run({ name: title }), b: run(), first: null, fields: [], steps: [] }]], '/?a=1&b=2'),
    ]
    expect(pages.map(page => [page.includes('xxx'), nested(page)])).toEqual(pages.map(() => [true, false]))
  })
  it('leads from the audit to a ballot and a dead letter, and not to what a run is called', () => {
    const row = (id: number, target: string, more: Partial<AuditRow> = {}) => ({ id, at: time, actor: 'ann', via: 'ui', kind: 'k', target, runId: null, reason: null, outcome: 'done', detail: null, before: null, after: null, operationId: null, from: null, ...more }) as AuditRow
    expect(linksOf(html(createElement(AuditTable, { rows: [row(1, `ballot ${ballot}`), row(2, 'dead letter 7 (x.v1)'), row(3, `operation ${runId}`, { operationId: runId }), row(4, `ballot ${runId}`, { runId })] })))).toEqual([`/consensus/${ballot}`, '/dead-letters/m/7', `/operations/${runId}`, `/runs/${runId}`])
  })
  it('leads from the effects to those people resolved, and from there to the run’s', () => {
    const effect = { runId, runName: 'refund', stepId: 'pay', key: 'k', compensating: false, tool: 'pay@1', class: 'keyed', scope: 's', status: 'succeeded', calls: 1, createdAt: time, changedAt: time, questionId: null, resultExample: null, lastDetail: null }
    const page = (path: string, at: string, rows: unknown[]) => html(createElement(EffectsPage, { params: {} }), [['effects', path, { pages: [{ rows, next: null }], pageParams: [null] }]], at)
    expect(linksOf(page('/effects', '/', [effect]))).toEqual(['/audit?kind=effect.resolve', `/runs/${runId}/effects`])
    expect(page('/effects?status=succeeded&q=order+17', '/?status=succeeded&find=order+17', [effect])).toContain('refund')
    expect(page('/effects?q=x', '/?find=x', [])).toContain('No effect fits')
    const row = { id: 1, at: time, actor: 'ann', via: 'ui', kind: 'effect.resolve', target: 't', runId, reason: null, outcome: 'done', detail: null, before: null, after: null, operationId: null, from: null } as AuditRow
    expect(linksOf(html(createElement(AuditTable, { rows: [row] })))).toEqual([`/runs/${runId}/effects`])
  })
  it('leads from a comparison and from an operation on many', () => {
    const comparison = { a: run(), b: run(), first: null, fields: [], steps: [{ stepId: 'vote', inA: true, inB: true, same: false, fields: [{ field: 'agentType', a: 'coder', b: 'writer' }] }] } as RunComparison
    expect(linksOf(html(createElement(ComparePage, { params: {} }), [[still, '/runs/compare?a=1&b=2', comparison]], '/?a=1&b=2')).slice(-2)).toEqual(['/agents/coder', '/agents/writer'])
    const operation = { id: 'o', kind: 'dead-letter.retry', status: 'done', total: 0, done: 0, failed: 0, skipped: 0, reason: null, by: 'ann', via: 'ui', createdAt: time, endedAt: time, select: { run: runId, group: 'f g' }, items: [], preview: null, commandLine: null } as Operation
    expect(linksOf(html(createElement(OperationPage, { params: { id: 'o' } }), [['operation:o', '/operations/o', operation]])).slice(-2)).toEqual([`/runs/${runId}`, '/dead-letters/f%20g'])
    // The server names what was not asked for, too.
    const chosen = { ...operation, select: { query: 'name:refund', run: null, group: null, reason: null, type: null, asOf: null } } as unknown as Operation
    const text = html(createElement(OperationPage, { params: { id: 'o' } }), [['operation:o', '/operations/o', chosen]])
    expect([text.includes('name:refund'), text.includes('null')]).toEqual([true, false])
  })
})
