import type { Timeline, TimelineBar, TimelineLane } from '../api/types'

export interface Span { from: number, to: number }
export interface Fold extends Span { /** Share of the width, 0 to 1. */ at: number, width: number }
export interface Scale { x: (time: number) => number, folds: readonly Fold[] }

/** Times during which something happens, merged. */
const busy = (spans: readonly Span[]): Span[] => {
  const merged: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}

/** A gap is folded when it would take more than this share of the width; it keeps so much of it. */
const foldAbove = 0.18
const foldedWidth = 0.035

/**
 * A retry days later would squash everything else into a line, so long times of nothing are folded to a thin mark.
 * Where nothing is folded this is the plain linear scale.
 */
export const foldedScale = (spans: readonly Span[], from: number, to: number, fold: boolean): Scale => {
  const whole = Math.max(1, to - from)
  const gaps: Span[] = []
  let at = from
  for (const span of busy(spans)) {
    if (span.from > at) gaps.push({ from: at, to: span.from })
    at = Math.max(at, span.to)
  }
  if (at < to) gaps.push({ from: at, to })
  const long = fold ? gaps.filter(gap => (gap.to - gap.from) / whole > foldAbove) : []
  if (long.length === 0) return { x: time => (time - from) / whole, folds: [] }
  const kept = whole - long.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  const room = 1 - long.length * foldedWidth
  // All gaps and nothing else: everything is folded, and the ends still need a place.
  const perMs = kept > 0 ? room / kept : 0
  const pieces: { from: number, to: number, at: number, width: number, folded: boolean }[] = []
  let x = 0
  let time = from
  const push = (end: number, folded: boolean) => {
    const width = folded ? foldedWidth : (end - time) * perMs
    if (end > time) pieces.push({ from: time, to: end, at: x, width, folded })
    x += end > time ? width : 0
    time = end
  }
  for (const gap of long) {
    push(gap.from, false)
    push(gap.to, true)
  }
  push(to, false)
  return {
    x: value => {
      const piece = pieces.find(item => value <= item.to) ?? pieces.at(-1)
      return piece ? piece.at + Math.max(0, value - piece.from) / (piece.to - piece.from) * piece.width : 0
    },
    folds: pieces.filter(piece => piece.folded).map(piece => ({ from: piece.from, to: piece.to, at: piece.at, width: piece.width })),
  }
}

export type LaneFilter = 'all' | 'active' | 'failed' | 'waits'
const laneFits: Record<LaneFilter, (lane: TimelineLane) => boolean> = {
  all: () => true,
  active: lane => lane.bars.some(bar => bar.outcome === 'open'),
  failed: lane => /failed/.test(lane.status) || lane.bars.some(bar => bar.outcome === 'failed' || bar.outcome === 'retried'),
  waits: lane => lane.bars.some(bar => bar.kind !== 'work' && bar.kind !== 'undo'),
}
const worked = (bar: TimelineBar): boolean => bar.kind === 'work' || bar.kind === 'undo'
/** A lane with one attempt alone, which then is what it took. */
const only = (lane: TimelineLane, attempt: number): TimelineLane => {
  const bars = lane.bars.filter(bar => bar.attempt === null || bar.attempt === attempt)
  // As the server counts the whole: work, or of a step that only waited, the wait.
  const counted = bars.some(worked) ? bars.filter(worked) : bars
  return { ...lane, bars, tookMs: counted.reduce((sum, bar) => sum + (bar.to === null ? 0 : Date.parse(bar.to) - Date.parse(bar.from)), 0), since: counted.findLast(bar => bar.to === null)?.from ?? null }
}
export const lanesOf = (timeline: Timeline, filter: LaneFilter, attempt: number | null, text: string): TimelineLane[] => {
  const words = text.trim().toLowerCase()
  return timeline.lanes
    .map(lane => attempt === null ? lane : only(lane, attempt))
    .filter(lane => laneFits[filter](lane) && (words === '' || `${lane.stepId} ${lane.agentType} ${lane.bars.map(bar => bar.detail ?? '').join(' ')}`.toLowerCase().includes(words)))
}

export interface PlacedBar { bar: TimelineBar, left: number, width: number, open: boolean }
export interface Placed { scale: Scale, from: number, to: number, lanes: readonly { lane: TimelineLane, bars: readonly PlacedBar[], tries: number, ms: number }[], ticks: readonly { at: number, ms: number }[] }

const niceSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 144e5, 216e5, 432e5, 864e5, 1728e5, 6048e5]
/** Marks at round distances from the start, about eight, none inside a fold. */
const ticksOf = (scale: Scale, from: number, to: number): { at: number, ms: number }[] => {
  const shown = (to - from) - scale.folds.reduce((sum, fold) => sum + fold.to - fold.from, 0)
  const step = niceSteps.find(ms => shown / ms <= 9) ?? shown
  const ticks: { at: number, ms: number }[] = []
  const inFold = (time: number) => scale.folds.find(fold => time > fold.from && time < fold.to)
  for (let ms = 0; from + ms <= to && ticks.length < 40;) {
    const fold = inFold(from + ms)
    if (fold) {
      ms = Math.ceil((fold.to - from) / step) * step
      continue
    }
    const at = scale.x(from + ms)
    if (ticks.length === 0 || at - (ticks.at(-1)?.at ?? 0) > 0.06) ticks.push({ at, ms })
    ms += step
  }
  return ticks
}

export const placeTimeline = (timeline: Timeline, lanes: readonly TimelineLane[], fold: boolean): Placed => {
  const from = Date.parse(timeline.from)
  const end = timeline.ended ? Date.parse(timeline.to) : Math.max(Date.parse(timeline.to), Date.parse(timeline.now))
  const to = Math.max(end, from + 1)
  const until = (bar: TimelineBar) => bar.to === null ? to : Date.parse(bar.to)
  // Waiting for a person or a timer is a gap too: only work keeps its place on the scale, and the ends of everything.
  const spans = timeline.lanes.flatMap(lane => lane.bars).flatMap(bar => {
    const span = { from: Date.parse(bar.from), to: until(bar) }
    const edge = (to - from) * 0.02
    return bar.kind === 'work' || bar.kind === 'undo' ? [span] : [{ from: span.from, to: Math.min(span.to, span.from + edge) }, { from: Math.max(span.from, span.to - edge), to: span.to }]
  })
  const scale = foldedScale(spans, from, to, fold)
  return {
    scale, from, to, ticks: ticksOf(scale, from, to),
    lanes: lanes.map(lane => ({
      lane, tries: Math.max(1, ...lane.bars.map(bar => bar.attempt ?? 1)),
      ms: lane.tookMs + (lane.since === null ? 0 : Math.max(0, to - Date.parse(lane.since))),
      bars: lane.bars.map(bar => {
        const left = scale.x(Date.parse(bar.from))
        return { bar, left, width: Math.max(0, scale.x(until(bar)) - left), open: bar.to === null }
      }),
    })),
  }
}
