import type { Changed, Pulse, RunPatch } from '../api/types'

/** What a page tells the hub; the hub lives in the shared worker, or in the page where there is none. */
export type ToHub = { kind: 'topics', topics: readonly string[] } | { kind: 'bye' } | { kind: 'retry' }

export type LinkState = 'connecting' | 'open' | 'broken'
export type ToPage =
  | { kind: 'link', state: LinkState, retryAt: number | null }
  | { kind: 'event', topic: string, data: RunPatch | Changed | Pulse }
  | { kind: 'gap' }

export interface Port { topics: readonly string[], seenAt: number }
export interface Hub { ports: ReadonlyMap<number, Port> }
export const emptyHub: Hub = { ports: new Map() }

/** A page says what it shows every 5 s, changed or not; one that is silent for three beats was closed without a word. */
export const beatMs = 5_000
export const silentMs = 3 * beatMs + 1_000

const withPorts = (change: (ports: Map<number, Port>) => void) => (hub: Hub): Hub => {
  const ports = new Map(hub.ports)
  change(ports)
  return { ports }
}

/** A port that speaks again after it was dropped (a tab that slept) is back with its next word. */
export const receive = (hub: Hub, port: number, message: ToHub, now: number): Hub => {
  if (message.kind === 'bye') return withPorts(ports => ports.delete(port))(hub)
  const held = hub.ports.get(port)
  const topics = message.kind === 'topics' ? message.topics : held?.topics ?? []
  return withPorts(ports => ports.set(port, { topics, seenAt: now }))(hub)
}

export const dropSilent = (hub: Hub, now: number): Hub =>
  withPorts(ports => { for (const [id, port] of ports) if (now - port.seenAt > silentMs) ports.delete(id) })(hub)

/** Sorted, so that the same topics are the same stream. `pulse` is always wanted: it carries the age of the data. */
export const union = (hub: Hub): string[] =>
  hub.ports.size === 0 ? [] : [...new Set(['pulse', ...[...hub.ports.values()].flatMap(port => port.topics)])].toSorted()

export const wants = (port: Port, topic: string): boolean => topic === 'pulse' || port.topics.includes(topic)
