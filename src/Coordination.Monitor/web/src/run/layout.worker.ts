import { Graph, layout } from '@dagrejs/dagre'

export interface LayoutRequest { id: number, nodes: readonly string[], edges: readonly { from: string, to: string }[], width: number, height: number }
export interface LayoutAnswer { id: number, places: Record<string, Point>, /** Where each edge goes, so that it passes between the nodes; by `from to`. */ routes: Record<string, readonly Point[]> }
export interface Point { x: number, y: number }

// Laying out two thousand nodes takes seconds, which the page must not stand still for.
self.onmessage = (event: MessageEvent<LayoutRequest>) => {
  const { id, nodes, edges, width, height } = event.data
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 56, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const node of nodes) graph.setNode(node, { width, height })
  for (const edge of edges) graph.setEdge(edge.from, edge.to)
  layout(graph)
  const places: LayoutAnswer['places'] = {}
  for (const node of nodes) {
    const place = graph.node(node) as { x: number, y: number }
    places[node] = { x: place.x - width / 2, y: place.y - height / 2 }
  }
  const routes: Record<string, readonly Point[]> = {}
  for (const edge of edges) routes[`${edge.from} ${edge.to}`] = (graph.edge(edge.from, edge.to) as { points: Point[] }).points.map(({ x, y }) => ({ x, y }))
  self.postMessage({ id, places, routes } satisfies LayoutAnswer)
}
