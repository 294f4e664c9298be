import { useSyncExternalStore } from 'react'
import type { NavCounts } from '../api/types'
import type { LinkState } from './protocol'

export interface Live {
  link: LinkState, retryAt: number | null, paused: boolean
  /** When the last pulse was heard, by this machine's clock, and how old the data was then. */ heardAt: number | null, lagMs: number
  nav: NavCounts | null
  /** Changes that came while paused. */ missed: boolean
}

let live: Live = { link: 'connecting', retryAt: null, paused: false, heardAt: null, lagMs: 0, nav: null, missed: false }
const listeners = new Set<() => void>()

export const liveNow = (): Live => live
export const setLive = (change: Partial<Live>): void => {
  live = { ...live, ...change }
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}
export const useLive = (): Live => useSyncExternalStore(subscribe, liveNow)
/** Renders again only when the chosen part changes; `choose` must return a primitive or a kept object. */
export const useLivePart = <T,>(choose: (live: Live) => T): T => useSyncExternalStore(subscribe, () => choose(live))

/** How far the server's clock is ahead of ours: "12 s ago" must not depend on the viewer's clock. */
let offsetMs = 0
export const setServerTime = (at: string): void => {
  const time = Date.parse(at)
  if (!Number.isNaN(time)) offsetMs = time - Date.now()
}
export const serverNow = (): number => Date.now() + offsetMs

export type Freshness = 'paused' | 'connecting' | 'fresh' | 'old' | 'broken'
export const freshness = (state: Live, now: number): { kind: Freshness, ageMs: number } => {
  const ageMs = state.heardAt === null ? 0 : Math.max(0, now - state.heardAt) + state.lagMs
  if (state.paused) return { kind: 'paused', ageMs }
  if (state.link === 'broken') return { kind: 'broken', ageMs }
  if (state.heardAt === null) return { kind: 'connecting', ageMs }
  return { kind: ageMs > 10_000 ? 'old' : 'fresh', ageMs }
}
