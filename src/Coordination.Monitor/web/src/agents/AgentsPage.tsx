import { useDeferredValue } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { AgentList, AgentTypeView } from '../api/types'
import { Chip, Tag, type Mark } from '../ui/Chip'
import control from '../ui/control.module.css'
import { plural } from '../ui/format'
import { Page } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, View } from '../ui/View'

export const agentMark = (agent: AgentTypeView): Mark => agent.alive > 0 ? { tone: 'ok', icon: 'check', word: 'Alive' } : agent.waiting > 0 ? { tone: 'bad', icon: 'warn', word: 'None alive' } : { tone: 'idle', icon: 'dash', word: 'Away' }

export const AgentsPage = (_: { params: Record<string, string | undefined> }) => {
  const query = useApi<AgentList>('agents', '/agents')
  const [find, setFind] = useParam('find')
  const wanted = useDeferredValue(find.toLowerCase())
  return (
    <Page title="Agents" note={query.data && `${plural(query.data.rows.length, 'type')}, ${plural(query.data.rows.reduce((sum, row) => sum + row.alive, 0), 'instance')} alive`}>
      <View query={query} what="the agents">{data => {
        const rows = data.rows.filter(row => row.agentType.toLowerCase().includes(wanted)).toSorted((a, b) => Number(b.alive === 0 && b.waiting > 0) - Number(a.alive === 0 && a.waiting > 0) || b.waiting - a.waiting || a.agentType.localeCompare(b.agentType))
        return data.rows.length === 0 ? <Empty icon="agents" title="No agent was seen yet"><p>An agent type appears when its first worker starts and says hello.</p></Empty> : <div className="stack">
          <input type="search" className={control.input} style={{ width: 240 }} aria-label="Find agents" placeholder="Find agents…" value={find} onChange={event => setFind(event.target.value)} />
          {rows.length === 0 ? <Empty icon="search" title="No agent type fits" /> : <Table label="Types of agents" testId="agents" rows={rows} id={row => row.agentType} copy={row => row.agentType} tone={row => row.alive === 0 && row.waiting > 0 ? 'bad' : row.skew ? 'warn' : undefined} columns={[
            { key: 'state', head: 'State', cell: row => <Chip mark={agentMark(row)} /> }, { key: 'type', head: 'Type', wide: true, cell: row => <Link href={`/agents/${encodeURIComponent(row.agentType)}`}><Untrusted text={row.agentType} line /></Link> },
            { key: 'alive', head: 'Alive', hint: 'Instances heard of within three announcements, of those heard of within a day', align: 'end', nowrap: true, cell: row => `${row.alive} of ${row.instances.length}` }, { key: 'working', head: 'Working', hint: 'Steps somebody carries out now', align: 'end', cell: row => row.working || '–' }, { key: 'waiting', head: 'Waiting', hint: 'Steps nobody carries out yet', align: 'end', cell: row => row.waiting || '–' }, { key: 'oldest', head: 'Oldest wait', align: 'end', cell: row => row.oldestWaitAt ? <Ago at={row.oldestWaitAt} /> : '–' },
            { key: 'builds', head: 'Builds', hint: 'Versions of the program its instances run', cell: row => <><Untrusted text={row.builds.join(', ')} max={80} />{row.skew && <> <Tag tone="warn" title="Its instances run different builds or know different contracts">skew</Tag></>}</> }, { key: 'contracts', head: 'Contracts', hint: 'Versions of messages its instances understand', cell: row => <Untrusted text={row.contracts.join(', ')} max={100} /> }, { key: 'seen', head: 'Heard of', hint: 'When an instance last announced itself', align: 'end', nowrap: true, cell: row => row.lastSeenAt ? <Ago at={row.lastSeenAt} suffix=" ago" /> : 'never' },
          ]} />}
        </div>
      }}</View>
    </Page>
  )
}
