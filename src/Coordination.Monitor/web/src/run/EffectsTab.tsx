import { useState } from 'react'
import { useApi, usePages } from '../api/queries'
import type { EffectPage, EffectView, JournalPage } from '../api/types'
import { EffectTable } from '../effects/EffectTable'
import { ResolveDialog } from '../effects/ResolveDialog'
import { Tag } from '../ui/Chip'
import { Id } from '../ui/Copy'
import { compact, duration, money } from '../ui/format'
import { effectMark, words } from '../ui/marks'
import { Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, More, View } from '../ui/View'
import { asOf, useRun } from './context'
import { effectsSummary, journalWords } from './words'

export const EffectsTab = () => {
  const { id, topic, at, detail } = useRun()
  const [resolving, setResolving] = useState<EffectView | null>(null)
  const effects = useApi<EffectPage>(topic, asOf(`/runs/${id}/effects`, at), { keep: true })
  const journal = usePages<JournalPage>(topic, asOf(`/runs/${id}/journal`, at))
  const tries = new Map(detail.steps.map(step => [step.stepId, step.attempt]))
  // Undoing is counted on after the attempts; for a person its first try is its first.
  const attempt = (row: JournalPage['rows'][number]) => row.compensating ? row.attempt - (tries.get(row.stepId) ?? 0) : row.attempt
  return <div className="stack" style={{ gap: 24 }}>
    <Section title="Effects" id="effects" note="what this run changed in the world">
      <View query={effects} what="the effects">{data => data.rows.length === 0 ? <Empty icon="bolt" title="No effect yet"><p>Tools that change something outside announce it first; each appears here with its key.</p></Empty> : <>
        <p className="muted">{effectsSummary(data.rows, detail.run.endedAt !== null)}</p>
        <EffectTable rows={data.rows} inRun then={at !== null} onResolve={at === null ? setResolving : undefined} />
      </>}</View>
    </Section>
    <Section title="Journal" id="journal" note="every call of a tool or a model, in order; each is announced before it is made">
      <View query={journal} what="the journal">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        return rows.length === 0 ? <Empty icon="audit" title="Nothing in the journal" /> : <><Table label="Journal" testId="journal-table" rows={rows} id={row => row.seq} tone={row => row.code ? 'bad' : row.compensating ? 'undo' : undefined} columns={[
          { key: 'seq', head: '#', align: 'end', cell: row => <span className="muted">{row.seq}</span> }, { key: 'at', head: 'At', cell: row => <When at={row.at} clock ms /> }, { key: 'kind', head: 'What', cell: row => <>{journalWords[row.kind] ?? words(row.kind)}{row.compensating && <> <Tag tone="undo">undo</Tag></>}</>, nowrap: true },
          { key: 'step', head: 'Step', cell: row => <><Untrusted text={row.stepId} line />{attempt(row) > 1 && <span className="muted" title={row.compensating ? `try ${attempt(row)} to undo it` : `attempt ${attempt(row)}`}> ↻{attempt(row)}</span>}</>, nowrap: true }, { key: 'tool', head: 'Tool or model', cell: row => <Untrusted text={row.model ?? row.tool} line /> }, { key: 'key', head: 'Key', nowrap: true, cell: row => row.key ? <Id id={row.key} what="effect key" /> : '–' },
          { key: 'status', head: 'State', cell: row => <>{row.status && effectMark(row.status).word}{row.code && <> <Tag tone="bad">{row.code}</Tag></>}</> }, { key: 'detail', head: 'Detail', wide: true, cell: row => <Untrusted text={row.detail} max={160} /> },
          { key: 'tokens', head: 'Tokens', align: 'end', cell: row => row.inputTokens === null && row.outputTokens === null ? '–' : compact((row.inputTokens ?? 0) + (row.outputTokens ?? 0)) }, { key: 'cost', head: 'Cost', align: 'end', cell: row => row.costMicroUsd === null ? '–' : money(row.costMicroUsd) }, { key: 'took', head: <span title="The call alone, as the worker measured it; the step took longer">Call took</span>, align: 'end', nowrap: true, cell: row => row.durationMs === null ? '–' : row.durationMs === 0 ? '< 1 ms' : duration(row.durationMs) },
        ]} /><More query={journal} shown={rows.length} /></>
      }}</View>
    </Section>
    {resolving && <ResolveDialog effect={resolving} onClose={() => setResolving(null)} />}
  </div>
}
