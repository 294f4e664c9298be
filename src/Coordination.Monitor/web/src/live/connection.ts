import { apiUrl } from '../api/client'
import { startHub } from './hub'
import { beatMs, type ToHub, type ToPage } from './protocol'

export interface Connection { send: (message: ToHub) => void }

const viaWorker = (url: string, receive: (message: ToPage) => void): Connection => {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: url })
  worker.port.onmessage = (event: MessageEvent<ToPage>) => receive(event.data)
  worker.port.start()
  return { send: message => worker.port.postMessage(message) }
}

const viaOwnStream = (url: string, receive: (message: ToPage) => void): Connection => ({ send: startHub(url).join(receive) })

export const connect = (receive: (message: ToPage) => void): Connection => {
  const url = apiUrl('/events')
  const shared = 'SharedWorker' in globalThis
  const hub = shared ? viaWorker(url, receive) : viaOwnStream(url, receive)
  let topics: readonly string[] = []
  const announce = () => hub.send({ kind: 'topics', topics })
  setInterval(() => { if (shared || !document.hidden) announce() }, beatMs)
  addEventListener('pagehide', () => hub.send({ kind: 'bye' }))
  // A page that comes back from the browser's cache was never loaded anew.
  addEventListener('pageshow', event => { if (event.persisted) announce() })
  // Browsers allow six connections per origin, so a hidden tab without a shared worker gives its own back.
  if (!shared) document.addEventListener('visibilitychange', () => document.hidden ? hub.send({ kind: 'bye' }) : announce())
  return {
    send: message => {
      if (message.kind === 'topics') topics = message.topics
      if (shared || !document.hidden) hub.send(message)
    },
  }
}
