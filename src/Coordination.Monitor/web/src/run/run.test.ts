import { describe, expect, it } from 'vitest'
import type { StepView, Timeline, TimelineBar } from '../api/types'
import { depths, graphModel, worst } from './graphModel'
import { foldedScale, lanesOf, placeTimeline } from './timelineLayout'

const at = (s: number) => new Date(s * 1_000).toISOString()
const bar = (from: number, to: number | null, more: Partial<TimelineBar> = {}): TimelineBar => ({ kind: 'work', from: at(from), to: to === null ? null : at(to), attempt: 1, outcome: to === null ? 'open' : 'done', seq: from, detail: null, ballotId: null, ...more })
const timeline = (bars: TimelineBar[], end: number, ended = true): Timeline => ({ from: at(0), to: at(end), now: at(end), ended, lanes: [{ stepId: 'a', agentType: 'coder', undo: false, status: 'done', bars, critical: false, tookMs: bars.filter(item => item.kind === 'work' && item.to !== null).reduce((sum, item) => sum + Date.parse(item.to ?? '') - Date.parse(item.from), 0), since: bars.find(item => item.to === null)?.from ?? null }] })

describe('the scale of time', () => {
  it('is linear where nothing is long', () => {
    const scale = foldedScale([{ from: 0, to: 50 }, { from: 55, to: 100 }], 0, 100, true)
    expect([scale.folds.length, scale.x(0), scale.x(25), scale.x(100)]).toEqual([0, 0, 0.25, 1])
  })
  it('folds a retry days later, keeps the order and both ends', () => {
    const day = 86_400_000
    const scale = foldedScale([{ from: 0, to: 1_000 }, { from: day, to: day + 1_000 }], 0, day + 1_000, true)
    expect(scale.folds).toHaveLength(1)
    expect(scale.x(1_000)).toBeGreaterThan(0.4)
    expect(scale.x(day)).toBeGreaterThan(scale.x(1_000))
    expect(scale.x(day + 1_000)).toBeCloseTo(1)
    expect(foldedScale([{ from: 0, to: 1_000 }], 0, day, false).x(1_000)).toBeCloseTo(1_000 / day)
  })
  it('survives a time in which nothing happened at all', () => expect(foldedScale([], 0, 100, true).x(50)).toBeGreaterThanOrEqual(0))
})
describe('the timeline', () => {
  it('lets open bars reach now', () => {
    const placed = placeTimeline(timeline([bar(0, null)], 10, false), timeline([bar(0, null)], 10, false).lanes, true)
    expect(placed.lanes[0]?.bars[0]).toMatchObject({ left: 0, width: 1, open: true })
    expect(placed.lanes[0]?.ms).toBe(10_000)
  })
  it('folds a long wait for a person inside its bar', () => {
    const shown = timeline([bar(0, 10), bar(10, 100_000, { kind: 'question' }), bar(100_000, 100_010)], 100_010)
    const placed = placeTimeline(shown, shown.lanes, true)
    expect(placed.scale.folds).toHaveLength(1)
    expect(placed.lanes[0]?.ms).toBe(20_000)
  })
  it('puts ticks at round distances, apart from each other', () => {
    const shown = timeline([bar(0, 60)], 60)
    const { ticks } = placeTimeline(shown, shown.lanes, true)
    expect(ticks.map(tick => tick.ms)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000])
  })
  it('filters lanes by what happened, by attempt and by words', () => {
    const shown = timeline([bar(0, 1, { outcome: 'retried' }), bar(1, 2, { kind: 'retry-wait', attempt: null }), bar(2, 3, { attempt: 2, detail: 'Deep trouble' })], 3)
    expect(lanesOf(shown, 'failed', null, '')).toHaveLength(1)
    expect(lanesOf(shown, 'active', null, '')).toHaveLength(0)
    expect(lanesOf(shown, 'waits', null, 'coder')).toHaveLength(1)
    expect(lanesOf(shown, 'all', 2, 'trouble')[0]?.bars.map(item => item.attempt)).toEqual([null, 2])
    expect(lanesOf(shown, 'all', null, 'nothing')).toHaveLength(0)
    expect([lanesOf(shown, 'all', null, '')[0]?.tookMs, lanesOf(shown, 'all', 2, '')[0]?.tookMs]).toEqual([2_000, 1_000])
  })
})

const step = (stepId: string, dependsOn: string[], more: Partial<StepView> = {}) => ({ stepId, dependsOn, agentType: 'coder', status: 'done', position: 0, ...more }) as StepView
describe('the graph', () => {
  const wide = [step('plan', []), ...Array.from({ length: 240 }, (_, i) => step(`read-${i}`, ['plan'], { agentType: 'researcher', status: i === 7 ? 'failed' : 'done' })), step('write', Array.from({ length: 240 }, (_, i) => `read-${i}`))]
  it('draws a fan-out as one node, and as many once opened', () => {
    const model = graphModel(wide, new Set())
    expect([model.nodes.length, model.edges.length]).toEqual([3, 2])
    expect(model.nodes.find(node => node.group)?.steps).toHaveLength(240)
    expect(worst(model.nodes.find(node => node.group)?.steps ?? [])).toBe('failed')
    expect(graphModel(wide, new Set(['×read-0'])).nodes).toHaveLength(242)
  })
  it('does not group steps that lead to different ones', () => {
    const steps = [step('a', []), ...Array.from({ length: 8 }, (_, i) => step(`b${i}`, ['a'])), ...Array.from({ length: 8 }, (_, i) => step(`c${i}`, [`b${i}`]))]
    expect(graphModel(steps, new Set()).nodes).toHaveLength(17)
  })
  it('knows how deep a step is, even in a circle', () => {
    expect(depths(wide).get('write')).toBe(2)
    expect(depths([step('a', ['b']), step('b', ['a'])]).size).toBe(2)
  })
})
