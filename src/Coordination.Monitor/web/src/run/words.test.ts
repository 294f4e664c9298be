import { describe, expect, it } from 'vitest'
import type { BallotDetail, BallotSummary, MessageArrow, RunDetail, StepView } from '../api/types'
import { decidedBy, decisionTitle, followsOf, leadingOf } from '../ballots/words'
import { withCents } from '../ui/format'
import { ballotMark } from '../ui/marks'
import { asOf } from './context'
import { graphSvg, mermaid } from './exports'
import { graphModel, nodeText, routePath } from './graphModel'
import { comparedField, comparedValue, effectsSummary, eventWords, fieldName, fieldValue, votedDown, waitsFor } from './words'

const step = (more: Partial<StepView> = {}) => ({ stepId: 'pay', agentType: 'pay', status: 'done', attempt: 1, undoAttempts: 0, dependsOn: [], position: 0, tookMs: 1_500, since: null, undoTookMs: 0, undoSince: null, startedAt: 'a', endedAt: 'b', percent: null, ballotId: null, ...more }) as unknown as StepView
const run = (steps: StepView[]) => ({ run: { failedStep: 'pay' }, steps, ballots: [{ ballotId: 'b', status: 'decided' }] }) as unknown as RunDetail

describe('who failed a step', () => {
  it('is the ballot where one kept it from being carried out', () => expect(votedDown(run([step({ status: 'failed', attempt: 0, ballotId: 'b' })]))?.ballotId).toBe('b'))
  it('is its agent where it was tried, or where nobody voted', () => {
    expect(votedDown(run([step({ status: 'failed', ballotId: 'b' })]))).toBeNull()
    expect(votedDown(run([step({ status: 'failed', attempt: 0 })]))).toBeNull()
  })
})
describe('effects in words', () => {
  const rows = (...states: string[]) => states.map(status => ({ status, compensating: false }))
  it('says what is done again while the run goes on', () => {
    expect(effectsSummary(rows('succeeded', 'failed'), false)).toBe('1 of 2 effects took place. If a step is tried again, what took place is not done a second time: the result that was kept is used. 1 did not take place, and is done only if its step is tried again.')
    expect(effectsSummary(rows('indoubt'), false)).toBe('0 of 1 effect took place. 1 is in doubt: a person has to say whether it took place.')
  })
  it('promises nothing once it is over', () => expect(effectsSummary([...rows('succeeded', 'failed'), { status: 'succeeded', compensating: true }], true)).toBe('2 of 3 effects took place, 1 of them to undo another. 1 did not take place.'))
})
describe('a ballot a person decided', () => {
  const ballot = { status: 'decided', outcome: 'DISSENT_ESCALATED', option: 'review', decidedBy: 'people', people: 1 } as BallotSummary
  it('says so, however the voting ended', () => {
    expect([ballotMark(ballot).word, ballotMark({ ...ballot, option: null }).word, ballotMark({ ...ballot, people: 2 }).word]).toEqual(['Decided by a person', 'Turned down by a person', 'Decided by people'])
    expect(ballotMark({ ...ballot, status: 'people', option: null, decidedBy: null }).word).toBe('Waits for people')
    expect([decidedBy(ballot), decisionTitle({ by: 'people', option: 'review' }, false)]).toEqual(['a person', 'Decided by a person: '])
  })
  it('says what an answer leads to, and what the votes led to', () => {
    const detail = { options: [{ name: 'refund', follows: 'goes on' }], noneFollows: 'fails', rounds: [{ leading: 'refund', arbiter: false }, { leading: null, arbiter: false }] } as unknown as BallotDetail
    expect([followsOf(detail, 'refund'), followsOf(detail, null), followsOf(detail, 'other'), leadingOf(detail)]).toEqual(['goes on', 'fails', null, 'refund'])
  })
})
describe('words for a person', () => {
  it('writes cents out', () => {
    expect(withCents('account="L", amountCents=129900')).toBe('account="L", amountCents=129900 (1,299.00)')
    expect(withCents('"amountCents": 5,\n"cents": -250')).toBe('"amountCents": 5 (0.05),\n"cents": -250 (-2.50)')
    expect(withCents('percents=12 amount=5 cents: 1.5')).toBe('percents=12 amount=5 cents: 1.5')
  })
  it('names fields and states as the rest of the page does', () => {
    expect([fieldName('steps.a.b.waitingOn'), fieldName('status').field]).toEqual([{ step: 'a.b', field: 'Waits for' }, 'State of the run'])
    expect([fieldName('constructor').field, fieldName('steps.a.toString').field]).toEqual(['Constructor', 'To string'])
    expect([fieldValue('steps.a.status', 'compensated'), fieldValue('status', 'failed'), fieldValue('reason', 'x')]).toEqual(['Undone', 'Failed', 'x'])
  })
  it('has words for an event that is called like a member of every object', () => expect(['constructor', '__proto__', 'stale'].map(eventWords)).toEqual(['Constructor', '  proto  ', 'Came too late']))
  it('compares in the form a run’s page has', () => expect([comparedField('costMicroUsd'), comparedValue('costMicroUsd', '1500000', false), comparedValue('durationMs', '2500', false), comparedValue('status', 'compensated', true), comparedValue('status', 'failed', false), comparedField('failedStep')]).toEqual(['Cost', '$1.50', '2.5 s', 'Undone', 'Failed', 'Failed step']))
  it('names what is waited for without ids', () => expect([waitsFor({ waitKind: 'ballot', waitsFor: 'ballot 01-2' }), waitsFor({ waitKind: 'worker', waitsFor: 'agent a' })]).toEqual(['the ballot', 'agent a']))
  it('does not say a name twice under a node, and takes its time from the same sum as the timeline', () => {
    expect(nodeText({ id: 'pay', steps: [step()], group: false })).toBe('1.5 s')
    expect(nodeText({ id: 'pay', steps: [step({ agentType: 'bank', attempt: 2, undoAttempts: 1, undoTookMs: 500 })], group: false })).toBe('bank · 1.5 s · attempt 2 · undo 500 ms')
  })
})
it('asks for a moment on top of what is asked already', () => expect([asOf('/a', null), asOf('/a', 3), asOf('/a?x=1', 3)]).toEqual(['/a', '/a?at=3', '/a?x=1&at=3']))
describe('what can be taken along', () => {
  it('is Mermaid that no name can break out of', () => {
    const arrow = { from: 'run', to: 'agent "x"\nend', contract: 'step.execute.v1', kind: 'work', stepId: 'a;b', note: 'x: y' } as MessageArrow
    expect(mermaid(['run', 'agent "x"\nend'], [arrow])).toMatch(/^sequenceDiagram\n {2}participant p0 as run\n {2}participant p1 as agent x[^\n]*\n {2}p0->>p1: step\.execute\.v1 a b \(x y\)\n$/)
  })
  it('is an image with every node and edge, and no markup of a stranger', () => {
    const model = graphModel([step({ stepId: 'a<b' }), step({ stepId: 'c', dependsOn: ['a<b'], position: 1 })], new Set())
    const svg = graphSvg(model, { places: { 'a<b': { x: 0, y: 0 }, 'c': { x: 300, y: 0 } }, routes: {} })
    expect(svg).toContain('a&lt;b')
    expect(svg.match(/marker-end/g)).toHaveLength(1)
  })
  it('leads edges over the points of the layout', () => expect(routePath({ x: 0, y: 0 }, [{ x: 1, y: 9 }, { x: 50, y: 40 }, { x: 99, y: 9 }], { x: 100, y: 0 })).toBe('M0,0 C25,0 25,40 50,40 C75,40 75,0 100,0'))
})
