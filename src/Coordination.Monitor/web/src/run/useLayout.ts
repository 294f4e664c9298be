import { useEffect, useRef, useState } from 'react'
import type { GraphModel } from './graphModel'
import type { LayoutAnswer, LayoutRequest } from './layout.worker'

export const nodeWidth = 196
export const nodeHeight = 46
export type Laid = Pick<LayoutAnswer, 'places' | 'routes'>

// The shape of a run does not change while its steps do, so its layout is made once.
const kept = new Map<string, Laid>()

export const useLayout = (model: GraphModel): Laid | null => {
  const shape = JSON.stringify([model.nodes.map(node => node.id), model.edges.map(edge => [edge.from, edge.to])])
  const [done, setDone] = useState<{ shape: string, laid: Laid } | null>(null)
  const worker = useRef<Worker | null>(null)
  useEffect(() => () => {
    worker.current?.terminate()
    worker.current = null
  }, [])
  useEffect(() => {
    if (kept.has(shape)) return
    worker.current ??= new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' })
    const [nodes, edges] = JSON.parse(shape) as [string[], [string, string][]]
    const request: LayoutRequest = { id: 1, nodes, edges: edges.map(([from, to]) => ({ from, to })), width: nodeWidth, height: nodeHeight }
    worker.current.onmessage = (event: MessageEvent<LayoutAnswer>) => {
      if (kept.size > 20) kept.clear()
      const laid = { places: event.data.places, routes: event.data.routes }
      kept.set(shape, laid)
      setDone({ shape, laid })
    }
    worker.current.postMessage(request)
  }, [shape])
  return kept.get(shape) ?? (done?.shape === shape ? done.laid : null)
}
