import { dropSilent, emptyHub, receive, union, wants, type LinkState, type ToHub, type ToPage } from './protocol'
import { openStream } from './stream'

/** Feeds any number of pages from one stream. */
export const startHub = (url: string) => {
  let hub = emptyHub
  let link: { state: LinkState, retryAt: number | null } = { state: 'connecting', retryAt: null }
  const send = new Map<number, (message: ToPage) => void>()
  const all = (message: ToPage) => { for (const id of hub.ports.keys()) send.get(id)?.(message) }

  const stream = openStream(url, {
    event: (topic, data) => {
      for (const [id, port] of hub.ports) if (wants(port, topic)) send.get(id)?.({ kind: 'event', topic, data: data as never })
    },
    gap: () => all({ kind: 'gap' }),
    link: (state, retryAt) => {
      link = { state, retryAt }
      all({ kind: 'link', ...link })
    },
  })
  let settling: ReturnType<typeof setTimeout> | undefined
  // A navigation takes topics away and adds others within a moment: one reopening is enough.
  const settle = () => {
    clearTimeout(settling)
    settling = setTimeout(() => stream.topics(union(hub)), 40)
  }
  let nextId = 1
  return {
    join: (post: (message: ToPage) => void) => {
      const id = nextId++
      send.set(id, post)
      return (message: ToHub) => {
        const known = hub.ports.has(id)
        hub = receive(hub, id, message, Date.now())
        if (!known && message.kind !== 'bye') post({ kind: 'link', ...link })
        if (message.kind === 'retry') stream.retry()
        if (message.kind !== 'retry') settle()
      }
    },
    sweep: () => {
      const before = hub.ports.size
      hub = dropSilent(hub, Date.now())
      if (hub.ports.size !== before) settle()
    },
  }
}
