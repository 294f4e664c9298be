import type { MessageArrow } from '../api/types'
import { stepMark } from '../ui/marks'
import { revealedText } from '../ui/revealed'
import { nodeText, routePath, worst, type GraphModel } from './graphModel'
import type { Laid } from './useLayout'

const nodeWidth = 196
const nodeHeight = 46

/** Names are strangers' words: whatever Mermaid could take for its own is left out. */
const safe = (text: string): string => revealedText(text).replaceAll(/[\n\r;#:<>{}"`]/g, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, 120)

/** The sequence of messages as Mermaid text, to be pasted into a document. */
export const mermaid = (lanes: readonly string[], arrows: readonly MessageArrow[]): string => {
  const ids = new Map(lanes.map((lane, index) => [lane, `p${index}`]))
  return ['sequenceDiagram', ...lanes.map(lane => `  participant ${ids.get(lane)} as ${safe(lane) || 'unnamed'}`), ...arrows.map(arrow => {
    const line = arrow.kind === 'failure' || arrow.kind === 'dead' ? '-x' : arrow.kind === 'undo' || arrow.kind === 'answer' ? '-->>' : '->>'
    return `  ${ids.get(arrow.from) ?? 'p0'}${line}${ids.get(arrow.to) ?? 'p0'}: ${safe(`${arrow.contract}${arrow.stepId === null ? '' : ` ${arrow.stepId}`}${arrow.note ? ` (${arrow.note})` : ''}`)}`
  })].join('\n') + '\n'
}

const xml = (text: string): string => revealedText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const cut = (text: string, length: number): string => text.length > length ? `${text.slice(0, length - 1)}…` : text
const colours: Record<string, string> = { accent: '#1f5fd6', ok: '#177245', warn: '#8a5200', bad: '#b3201f', vote: '#6d35b5', undo: '#8a3562', idle: '#5b6472' }

/** The graph as it is laid out, as an image that stands alone. */
export const graphSvg = (model: GraphModel, { places, routes }: Laid): string => {
  const placed = Object.values(places)
  const width = Math.max(0, ...placed.map(place => place.x + nodeWidth)) + 16
  const height = Math.max(0, ...placed.map(place => place.y + nodeHeight)) + 16
  const at = (id: string) => places[id] ?? { x: 0, y: 0 }
  const edges = model.edges.map(edge => `<path d="${routePath({ x: at(edge.from).x + nodeWidth, y: at(edge.from).y + nodeHeight / 2 }, routes[`${edge.from} ${edge.to}`] ?? [], { x: at(edge.to).x, y: at(edge.to).y + nodeHeight / 2 })}" fill="none" stroke="#7b8494" marker-end="url(#end)"/>`)
  const nodes = model.nodes.map(node => {
    const [place, mark] = [at(node.id), stepMark(worst(node.steps))]
    const name = `${node.steps[0]?.stepId ?? ''}${node.group ? ` ×${node.steps.length}` : ''}`
    return `<g transform="translate(${place.x} ${place.y})"><rect width="${nodeWidth}" height="${nodeHeight}" rx="6" fill="#fff" stroke="#c9cfd8"/><rect width="4" height="${nodeHeight}" fill="${colours[mark.tone] ?? colours.idle}"/><text x="12" y="19" font-weight="600">${xml(cut(name, 26))}</text><text x="12" y="36" fill="#5b6472">${xml(cut(`${mark.word} · ${nodeText(node)}`, 32))}</text></g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><defs><marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#7b8494"/></marker></defs><rect width="100%" height="100%" fill="#f6f7f9"/>${edges.join('')}${nodes.join('')}</svg>\n`
}
