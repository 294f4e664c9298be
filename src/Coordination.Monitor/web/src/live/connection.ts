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

/** Browsers allow six connections per origin, so a hidden tab without a shared worker gives its own back. */
const viaOwnStream = (url: string, receive: (message: ToPage) => void): Connection => {
  const send = startHub(url).join(receive)
  let topics: string[] = []
  document.addEventListener('visibilitychange', () => send(document.hidden ? { kind: 'bye' } : { kind: 'topics', topics }))
  return {
    send: message => {
      if (message.kind === 'topics') topics = message.topics
      if (!document.hidden) send(message)
    },
  }
}

export const connect = (receive: (message: ToPage) => void): Connection => {
  const url = apiUrl('/events')
  const connection = 'SharedWorker' in globalThis ? viaWorker(url, receive) : viaOwnStream(url, receive)
  setInterval(() => connection.send({ kind: 'alive' }), beatMs)
  addEventListener('pagehide', () => connection.send({ kind: 'bye' }))
  return connection
}
