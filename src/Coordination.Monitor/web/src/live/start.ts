import type { QueryClient } from '@tanstack/react-query'
import type { Pulse, RunPatch } from '../api/types'
import { coalesce } from './coalesce'
import { connect, type Connection } from './connection'
import type { ToPage } from './protocol'
import { liveNow, setLive, setServerTime } from './store'
import { watchTopics } from './topics'

const patchListeners = new Set<(patch: RunPatch) => void>()
const gapListeners = new Set<() => void>()
const listen = <T>(set: Set<T>, listener: T) => {
  set.add(listener)
  return () => { set.delete(listener) }
}
/** Rows of runs that changed; patched in place, never read again. */
export const onRunPatch = (listener: (patch: RunPatch) => void) => listen(patchListeners, listener)
/** Something was missed: whatever is shown must be read again. */
export const onGap = (listener: () => void) => listen(gapListeners, listener)

let connection: Connection | null = null

export const startLive = (client: QueryClient): void => {
  const refetchShown = () => {
    void client.invalidateQueries()
    for (const listener of gapListeners) listener()
  }
  const invalidate = coalesce(500, topics => { void client.invalidateQueries({ predicate: query => topics.has(String(query.queryKey[0])) }) })
  let wasBroken = false

  const receive = (message: ToPage) => {
    if (message.kind === 'link') {
      const { link } = liveNow()
      setLive({ link: message.state, retryAt: message.retryAt })
      document.documentElement.dataset.link = message.state
      if (message.state === 'broken') wasBroken = true
      // Queries that failed meanwhile have no event coming that would wake them.
      if (message.state === 'open' && link !== 'open' && wasBroken) {
        wasBroken = false
        void client.invalidateQueries({ predicate: query => query.state.status === 'error' || query.state.fetchFailureCount > 0 })
      }
      return
    }
    if (message.kind === 'gap') return liveNow().paused ? setLive({ missed: true }) : refetchShown()
    if (message.topic === 'pulse') {
      const pulse = message.data as Pulse
      setServerTime(pulse.at)
      // Numbers that did not change keep their object, so that nothing renders for them.
      const held = liveNow().nav
      setLive({ heardAt: Date.now(), lagMs: pulse.lagMs, nav: held && JSON.stringify(held) === JSON.stringify(pulse.nav) ? held : pulse.nav })
      return
    }
    if (liveNow().paused) return setLive({ missed: true })
    if (message.topic === 'runs') for (const listener of patchListeners) listener(message.data as RunPatch)
    invalidate(message.topic)
  }
  connection = connect(receive)
  watchTopics(client, topics => connection?.send({ kind: 'topics', topics }))
  resume = () => {
    const { missed } = liveNow()
    setLive({ paused: false, missed: false })
    if (missed) refetchShown()
  }
}

let resume = () => setLive({ paused: false })
export const togglePause = (): void => liveNow().paused ? resume() : setLive({ paused: true })
export const retryNow = (): void => connection?.send({ kind: 'retry' })
