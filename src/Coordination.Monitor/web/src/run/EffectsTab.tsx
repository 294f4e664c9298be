import { useState } from 'react'
import { useApi, usePages } from '../api/queries'
import type { EffectPage, EffectView, JournalPage } from '../api/types'
import { EffectTable } from '../effects/EffectTable'
import { ResolveDialog } from '../effects/ResolveDialog'
import { Tag } from '../ui/Chip'
import { compact, count, duration, money } from '../ui/format'
import { plain, words } from '../ui/marks'
import { Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, More, View } from '../ui/View'
import { upTo, useRun } from './context'

export const EffectsTab = () => {
  const { id, topic, moment } = useRun()
  const [resolving, setResolving] = useState<EffectView | null>(null)
  const effects = useApi<EffectPage>(topic, `/runs/${id}/effects`, { keep: true })
  const journal = usePages<JournalPage>(topic, `/runs/${id}/journal`)
  return <div className="stack" style={{ gap: 24 }}>
    <Section title="Effects" id="effects" note="what this run changed in the world">
      <View query={effects} what="the effects">{data => data.rows.length === 0 ? <Empty icon="bolt" title="No effect yet"><p>Tools that change something outside announce it first; each appears here with its key.</p></Empty> : <>
        <p className="muted">{count(data.rows.filter(row => plain(row.status) === 'succeeded').length)} took place and would be skipped if a step ran again; the others would run.</p>
        <EffectTable rows={upTo(data.rows, moment, row => row.createdAt)} inRun onResolve={setResolving} />
      </>}</View>
    </Section>
    <Section title="Journal" id="journal" note="every call of a tool or a model, in order">
      <View query={journal} what="the journal">{data => {
        const rows = upTo(data.pages.flatMap(page => page.rows), moment, row => row.at)
        return rows.length === 0 ? <Empty icon="audit" title="Nothing in the journal" /> : <><Table label="Journal" testId="journal-table" rows={rows} id={row => row.seq} tone={row => row.code ? 'bad' : row.compensating ? 'undo' : undefined} columns={[
          { key: 'seq', head: '#', align: 'end', cell: row => <span className="muted">{row.seq}</span> }, { key: 'at', head: 'At', cell: row => <When at={row.at} clock ms /> }, { key: 'kind', head: 'What', cell: row => <>{words(row.kind)}{row.compensating && <> <Tag tone="undo">undo</Tag></>}</>, nowrap: true },
          { key: 'step', head: 'Step', cell: row => <><Untrusted text={row.stepId} line />{row.attempt > 1 && <span className="muted"> ↻{row.attempt}</span>}</>, nowrap: true }, { key: 'tool', head: 'Tool or model', cell: row => <Untrusted text={row.model ?? row.tool} line /> }, { key: 'key', head: 'Key', cell: row => <Untrusted text={row.key} mono max={60} none="–" /> },
          { key: 'status', head: 'State', cell: row => <>{row.status && words(row.status)}{row.code && <Tag tone="bad">{row.code}</Tag>}</> }, { key: 'detail', head: 'Detail', wide: true, cell: row => <Untrusted text={row.detail} max={160} /> },
          { key: 'tokens', head: 'Tokens', align: 'end', cell: row => row.inputTokens === null && row.outputTokens === null ? '–' : compact((row.inputTokens ?? 0) + (row.outputTokens ?? 0)) }, { key: 'cost', head: 'Cost', align: 'end', cell: row => row.costMicroUsd === null ? '–' : money(row.costMicroUsd) }, { key: 'took', head: 'Took', align: 'end', nowrap: true, cell: row => row.durationMs === null ? '–' : duration(row.durationMs) },
        ]} /><More query={journal} shown={rows.length} /></>
      }}</View>
    </Section>
    {resolving && <ResolveDialog effect={resolving} onClose={() => setResolving(null)} />}
  </div>
}
