import { useSyncExternalStore } from 'react'
import { serverNow } from '../live/store'

/** One timer for every age and countdown on the page; it stops while nobody looks. */
const listeners = new Set<() => void>()
let now = serverNow()
let timer: ReturnType<typeof setInterval> | undefined
const tick = () => {
  if (document.hidden) return
  now = serverNow()
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  if (timer === undefined) {
    now = serverNow()
    timer = setInterval(tick, 1_000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}
/** The server's time, renewed every second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)
/** Renders again only when the text changes, so a page of ages costs nothing while they read the same. */
export const useNowText = (say: (now: number) => string): string => useSyncExternalStore(subscribe, () => say(now))
