import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { RunWaits } from '../api/types'
import { TimerTable } from '../timers/TimerTable'
import { Chip, Tag } from '../ui/Chip'
import { AgentLink, Linked } from '../ui/Linked'
import { letterMark, waitMark } from '../ui/marks'
import { Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { useRun } from './context'
import { ShowsNow } from './Moment'

export const WaitsTab = () => {
  const { id, topic } = useRun()
  const query = useApi<RunWaits>(topic, `/runs/${id}/waits`, { keep: true })
  return <View query={query} what="what it waits for">{data => <div className="stack" style={{ gap: 24 }}>
    <ShowsNow why="What was waited for then is in the timeline." />
    {data.rows.length + data.timers.length + data.deadLetters.length + data.claims.length === 0 && <Empty icon="clock" title="It waits for nothing" />}
    {data.rows.length > 0 && <Section title="Steps that wait" id="step-waits"><Table label="Steps that wait" rows={data.rows} id={row => row.stepId} columns={[
      { key: 'kind', head: 'Waits', cell: row => <Chip mark={waitMark(row.kind)} /> }, { key: 'step', head: 'Step', cell: row => <Untrusted text={row.stepId} line /> }, { key: 'what', head: 'For what', wide: true, cell: row => <><Linked text={row.what} kind={row.kind} max={200} />{row.why && <div className="muted"><Untrusted text={row.why} max={200} /></div>}</> }, { key: 'since', head: 'Since', align: 'end', cell: row => row.since ? <Ago at={row.since} /> : '–' }, { key: 'until', head: 'Until', align: 'end', nowrap: true, cell: row => row.until ? <Until at={row.until} /> : '–' },
    ]} /></Section>}
    {data.claims.length > 0 && <Section title="Work in hand" id="claims" note="who holds which step, and until when"><Table label="Claims" rows={data.claims} id={row => `${row.stepId} ${row.epoch}`} tone={row => row.expired ? 'bad' : undefined} columns={[
      { key: 'step', head: 'Step', cell: row => <><Untrusted text={row.stepId} line />{row.attempt > 1 && <span className="muted"> ↻{row.attempt}</span>}</> }, { key: 'agent', head: 'Agent', cell: row => <AgentLink type={row.agentType} /> }, { key: 'owner', head: 'Held by', cell: row => <Untrusted text={row.owner} mono none="nobody" /> }, { key: 'epoch', head: 'Epoch', align: 'end', cell: row => row.epoch }, { key: 'crashes', head: 'Crashes', align: 'end', cell: row => row.crashes || '–' }, { key: 'since', head: 'Since', align: 'end', cell: row => <Ago at={row.claimedAt} /> }, { key: 'until', head: 'Expires', align: 'end', nowrap: true, cell: row => row.expired ? <Tag tone="bad">expired</Tag> : <Until at={row.expiresAt} /> },
    ]} /></Section>}
    {data.timers.length > 0 && <Section title="Timers" id="timers"><TimerTable rows={data.timers} /></Section>}
    {data.deadLetters.length > 0 && <Section title="Dead letters" id="dead-letters"><Table label="Dead letters of the run" rows={data.deadLetters} id={row => row.id} tone={() => 'bad'} columns={[
      { key: 'id', head: 'Letter', cell: row => <Link href={`/dead-letters/m/${row.id}`}>{row.id}</Link> }, { key: 'state', head: 'State', cell: row => <Chip mark={letterMark(row.state)} /> }, { key: 'type', head: 'Message', cell: row => <code><Untrusted text={row.messageType} /></code> }, { key: 'detail', head: 'Why', wide: true, cell: row => <><Untrusted text={row.reason} line />: <Untrusted text={row.detail} max={200} /></> }, { key: 'at', head: 'Parked', align: 'end', cell: row => <Ago at={row.parkedAt} suffix=" ago" />, nowrap: true },
    ]} /></Section>}
  </div>}</View>
}
