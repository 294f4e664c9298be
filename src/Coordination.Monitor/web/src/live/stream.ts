import { backoffMs } from './backoff'
import type { LinkState } from './protocol'

export interface StreamEvents {
  event: (topic: string, data: unknown) => void
  gap: () => void
  link: (state: LinkState, retryAt: number | null) => void
}
export interface Stream { topics: (topics: string[]) => void, retry: () => void, close: () => void }

/** `pulse` comes every 2 s; a stream silent for so long is dead even when the socket does not know it yet. */
const silenceMs = 12_000

/**
 * One EventSource whose topics may change. EventSource gives up for good on an HTTP error and would resume by itself only on others,
 * so every failure is handled here the same way: close, wait, open again after the last id seen.
 */
export const openStream = (url: string, events: StreamEvents): Stream => {
  let source: EventSource | null = null
  let wanted: string[] = []
  let lastId = ''
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const stop = () => {
    source?.close()
    source = null
    clearTimeout(timer)
    clearTimeout(silence)
  }
  const fail = () => {
    stop()
    const wait = backoffMs(attempt++)
    events.link('broken', Date.now() + wait)
    timer = setTimeout(open, wait)
  }
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(fail, silenceMs)
  }
  const open = () => {
    stop()
    if (wanted.length === 0) return
    const after = lastId ? `&after=${encodeURIComponent(lastId)}` : ''
    const next = new EventSource(`${url}?topics=${wanted.map(encodeURIComponent).join(',')}${after}`, { withCredentials: true })
    source = next
    heard()
    next.addEventListener('open', () => {
      attempt = 0
      heard()
      events.link('open', null)
    })
    next.addEventListener('error', () => { if (source === next) fail() })
    next.addEventListener('gap', event => {
      if (event.lastEventId) lastId = event.lastEventId
      heard()
      events.gap()
    })
    for (const topic of wanted) {
      next.addEventListener(topic, event => {
        if (event.lastEventId) lastId = event.lastEventId
        heard()
        try { events.event(topic, JSON.parse(event.data as string)) } catch { /* A half-written event is worth nothing; the next one says more. */ }
      })
    }
  }
  return {
    topics: topics => {
      if (topics.join() === wanted.join()) return
      wanted = topics
      open()
    },
    retry: () => {
      attempt = 0
      open()
    },
    close: () => {
      wanted = []
      stop()
    },
  }
}
