import { useDeferredValue } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { CausalEdge, CausalGraph, CausalNode } from '../api/types'
import { Button } from '../ui/Button'
import { Tag, type Tone } from '../ui/Chip'
import control from '../ui/control.module.css'
import { plural } from '../ui/format'
import { groupBy } from '../ui/groupBy'
import { Linked } from '../ui/Linked'
import { words } from '../ui/marks'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParams } from '../ui/urlState'
import { Empty, View } from '../ui/View'
import { asOf, useRun } from './context'
import css from './run.module.css'
import { eventWords } from './words'

const tones: Partial<Record<CausalNode['kind'], Tone>> = { 'effect': 'warn', 'ballot': 'vote', 'vote': 'vote', 'decision': 'vote', 'dead-letter': 'bad', 'step': 'accent', 'model-call': 'ok' }
const backward: Record<CausalEdge['kind'], string> = { caused: 'caused by', did: 'done by', asked: 'asked by', voted: 'vote in', decided: 'decided by', depends: 'needs', undoes: 'undone for', parked: 'parked from', holds: 'held by', read: 'read by', wrote: 'written by' }

/** One node and everything before and after it. */
export const related = (graph: CausalGraph, id: string): ReadonlySet<string> => {
  const walk = (from: 'from' | 'to', to: 'from' | 'to') => {
    const seen = new Set([id])
    const queue = [id]
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) for (const edge of graph.edges) if (edge[from] === node && !seen.has(edge[to])) {
      seen.add(edge[to])
      queue.push(edge[to])
    }
    return seen
  }
  return new Set([...walk('from', 'to'), ...walk('to', 'from')])
}

/** The page of a ballot or a dead letter; a run's other things are shown on its own. */
export const pageOf = (node: string): string | null => {
  const [kind, id] = node.split(':')
  return kind === 'ballot' ? `/consensus/${id}` : kind === 'dead-letter' ? `/dead-letters/m/${id}` : null
}
const Named = ({ id, name }: { id: string, name: string }) => {
  const page = pageOf(id)
  return page === null ? <Untrusted text={name} line /> : <Link href={page}><Untrusted text={name} line /></Link>
}

export const CausesTab = () => {
  const { id, topic, at, setAt } = useRun()
  const [params, set] = useParams()
  const query = useApi<CausalGraph>(topic, asOf(`/runs/${id}/graph`, at), { keep: true })
  const kind = params.get('kind') ?? ''
  const find = useDeferredValue((params.get('find') ?? '').toLowerCase())
  const node = params.get('node') ?? ''
  return <View query={query} what="the causes">{graph => {
    const kinds = [...new Set(graph.nodes.map(item => item.kind))]
    const byId = new Map(graph.nodes.map(item => [item.id, item]))
    const near = node ? related(graph, node) : null
    const label = (item: CausalNode) => item.kind === 'event' ? eventWords(item.label) : item.label
    const rows = graph.nodes.filter(item => (!kind || item.kind === kind) && (!near || near.has(item.id)) && (!find || `${label(item)} ${item.label} ${item.detail ?? ''} ${item.status ?? ''} ${item.stepId ?? ''}`.toLowerCase().includes(find))).toSorted((a, b) => (a.at ?? '~') < (b.at ?? '~') ? -1 : (a.at ?? '~') > (b.at ?? '~') ? 1 : 0)
    const before = groupBy(graph.edges, edge => edge.to)
    const after = groupBy(graph.edges, edge => edge.from)
    const name = (ref: string) => {
      const item = byId.get(ref)
      return item ? label(item) : ref
    }
    return <>
      <div className={css.tools}>
        <select className={control.input} aria-label="Kind" value={kind} onChange={event => set({ kind: event.target.value })}><option value="">Everything</option>{kinds.map(item => <option key={item} value={item}>{words(item)}</option>)}</select>
        <input type="search" className={control.input} aria-label="Find causes" placeholder="Find…" value={params.get('find') ?? ''} onChange={event => set({ find: event.target.value })} />
        {near && <Button small icon="cross" onClick={() => set({ node: null })}>Only what belongs to <Untrusted text={name(node)} line /></Button>}
        <span className="muted">{rows.length} of {plural(graph.nodes.length, 'thing')}{graph.more ? ' (the first; there are more)' : ''}</span>
        {at !== null && <span className="muted">Timers and locks are known of now only.</span>}
      </div>
      {rows.length === 0 ? <Empty icon="search" title="Nothing fits" /> : <Table label="What caused what" testId="causes" rows={rows} id={row => row.id} copy={row => row.id} selected={row => row.id === node} columns={[
        { key: 'at', head: 'At', cell: row => row.at ? <When at={row.at} clock ms /> : '–' }, { key: 'kind', head: 'Kind', cell: row => <Tag tone={tones[row.kind]}>{words(row.kind)}</Tag>, nowrap: true },
        { key: 'label', head: 'What', cell: row => <><Button small look="quiet" className="bleed" onClick={() => set({ node: row.id === node ? null : row.id })} title="Only what caused it and what it caused"><Untrusted text={label(row)} line /></Button>{row.status && <span className="muted"> {words(row.status)}</span>}{row.seq !== null && <> <Button small look="quiet" onClick={() => setAt(row.seq)}>event {row.seq}</Button></>}{pageOf(row.id) !== null && <> <Link href={pageOf(row.id) ?? ''}>open</Link></>}{row.detail && <div className="muted">{row.kind === 'step' ? <Linked text={row.detail} max={200} /> : <Untrusted text={row.detail} max={200} />}</div>}</> },
        { key: 'step', head: 'Step', cell: row => <Untrusted text={row.stepId} line none="–" /> },
        { key: 'before', head: 'Because of', wide: true, cell: row => (before.get(row.id) ?? []).slice(0, 6).map(edge => <div key={`${edge.from} ${edge.kind}`}><span className="muted">{backward[edge.kind] ?? edge.kind}</span> <Named id={edge.from} name={name(edge.from)} /></div>) },
        { key: 'after', head: 'Led to', align: 'end', cell: row => (after.get(row.id) ?? []).length || '–' },
      ]} />}
    </>
  }}</View>
}
