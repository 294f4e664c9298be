import { startHub } from './hub'
import { beatMs, type ToHub, type ToPage } from './protocol'

interface SharedScope { name: string, onconnect: ((event: MessageEvent) => void) | null }
const scope = self as unknown as SharedScope

// The page names the worker after the stream, so two mounts on one origin do not share one.
const hub = startHub(scope.name)
setInterval(hub.sweep, beatMs)

scope.onconnect = event => {
  const port = event.ports[0]
  if (!port) return
  const receive = hub.join((message: ToPage) => port.postMessage(message))
  port.onmessage = (received: MessageEvent<ToHub>) => receive(received.data)
}
