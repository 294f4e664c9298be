import type { StepStatus, StepView } from '../api/types'
import { duration } from '../ui/format'
import { groupBy } from '../ui/groupBy'
import type { Point } from './layout.worker'

export interface GraphNode { id: string, steps: readonly StepView[], /** Shown as one: "×240, 3 failed". */ group: boolean }
export interface GraphEdge { from: string, to: string, undo: boolean }
export interface GraphModel { nodes: readonly GraphNode[], edges: readonly GraphEdge[] }

const foldAbove = 5
const badness: readonly StepStatus[] = ['compensation-failed', 'failed', 'compensating', 'compensation-wait', 'ballot-wait', 'input-wait', 'retry-wait', 'dispatched', 'pending', 'cancelled', 'skipped', 'compensated', 'done']
/** What most needs to be seen of several steps. */
export const worst = (steps: readonly StepView[]): StepStatus => steps.map(step => step.status).toSorted((a, b) => badness.indexOf(a) - badness.indexOf(b))[0] ?? 'pending'

/** Steps of one agent with the same steps before and after them are one fan-out; beyond a few it is drawn as one node. */
export const graphModel = (steps: readonly StepView[], expanded: ReadonlySet<string>): GraphModel => {
  const after = new Map<string, string[]>()
  for (const step of steps) for (const before of step.dependsOn) after.set(before, [...after.get(before) ?? [], step.stepId])
  const families = groupBy(steps, step => JSON.stringify([step.agentType, step.dependsOn.toSorted(), (after.get(step.stepId) ?? []).toSorted()]))
  const nodeOf = new Map<string, string>()
  const nodes: GraphNode[] = []
  for (const family of families.values()) {
    const id = `×${family[0]?.stepId ?? ''}`
    const group = family.length > foldAbove && !expanded.has(id)
    if (group) nodes.push({ id, steps: family, group })
    for (const step of family) {
      nodeOf.set(step.stepId, group ? id : step.stepId)
      if (!group) nodes.push({ id: step.stepId, steps: [step], group })
    }
  }
  const edges = new Map<string, GraphEdge>()
  for (const step of steps) {
    const to = nodeOf.get(step.stepId) ?? step.stepId
    for (const before of step.dependsOn) {
      const from = nodeOf.get(before)
      if (from !== undefined) edges.set(`${from} ${to}`, { from, to, undo: false })
    }
  }
  return { nodes: nodes.toSorted((a, b) => (a.steps[0]?.position ?? 0) - (b.steps[0]?.position ?? 0)), edges: [...edges.values()] }
}

/** A smooth line over the points between two handles. The layout's own ends lie on the borders of the nodes, where the handles are. */
export const routePath = (from: Point, route: readonly Point[], to: Point): string => {
  const points = [from, ...route.slice(1, -1), to]
  // Level at every point, so that it leaves and enters sideways and passes each gap straight.
  return points.slice(1).reduce((path, point, index) => {
    const before = points[index] ?? from
    const half = (point.x - before.x) / 2
    return `${path} C${before.x + half},${before.y} ${point.x - half},${point.y} ${point.x},${point.y}`
  }, `M${from.x},${from.y}`)
}

/** What stands under a step's name: nothing that is said already, and the same times as on the timeline. */
export const nodeText = ({ steps, group }: GraphNode): string => {
  const [step] = steps
  if (!step) return ''
  const agent = step.agentType === step.stepId ? '' : step.agentType
  if (group) {
    const failed = steps.filter(item => /failed/.test(item.status)).length
    return [step.agentType, `${steps.filter(item => item.status === 'done').length} done`, failed ? `${failed} failed` : ''].filter(Boolean).join(' · ')
  }
  return [agent, step.since === null && step.endedAt !== null && step.startedAt !== null ? duration(step.tookMs) : '', step.attempt > 1 ? `attempt ${step.attempt}` : '', step.undoAttempts > 0 && step.undoSince === null ? `undo ${duration(step.undoTookMs)}` : '', step.percent === null ? '' : `${step.percent} %`].filter(Boolean).join(' · ')
}

/** The same as a list: how deep below the first steps each one is. */
export const depths = (steps: readonly StepView[]): Map<string, number> => {
  const byId = new Map(steps.map(step => [step.stepId, step]))
  const found = new Map<string, number>()
  const depth = (id: string, path: ReadonlySet<string>): number => {
    const known = found.get(id)
    if (known !== undefined) return known
    const before = byId.get(id)?.dependsOn.filter(each => byId.has(each) && !path.has(each)) ?? []
    const value = before.length === 0 ? 0 : 1 + Math.max(...before.map(each => depth(each, new Set([...path, id]))))
    found.set(id, value)
    return value
  }
  for (const step of steps) depth(step.stepId, new Set())
  return found
}
