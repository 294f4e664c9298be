import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { AgentList } from '../api/types'
import { useParsed } from '../runs/QueryBar'
import { fieldFor, printClause } from '../runs/queryText'
import { Chip, Tag } from '../ui/Chip'
import { Facts, Page, Section } from '../ui/Page'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { agentMark } from './AgentsPage'

export const AgentPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const type = decodeURIComponent(params.type ?? '')
  const query = useApi<AgentList>('agents', '/agents')
  const parsed = useParsed('')
  const agent = query.data?.rows.find(row => row.agentType === type)
  const runs = `/runs?q=${encodeURIComponent(printClause({ field: fieldFor('agent', parsed.data?.fields), operator: ':', values: [type], negated: false }))}`
  return (
    <Page title={`Agent ${revealedText(type)}`} heading={<Untrusted text={type} />} crumbs={[{ href: '/agents', text: 'Agents' }]} note={agent && <><Chip mark={agentMark(agent)} />{agent.skew && <Tag tone="warn">version skew</Tag>}</>} actions={<Link href={runs}>Its runs</Link>}>
      <View query={query} what="this agent">{() => !agent ? <Empty icon="search" title="No agent of this type is known"><p>It may never have started here, or was forgotten after its retention.</p></Empty> : <div className="stack" style={{ gap: 24 }} data-page-copy={type}>
        <Facts items={[['Alive', `${agent.alive} of ${agent.instances.length}`], ['Working', agent.working], ['Waiting', agent.waiting], ['Oldest wait', agent.oldestWaitAt ? <Ago at={agent.oldestWaitAt} /> : '–'], ['Can undo', agent.compensates ? 'yes' : 'no'], ['Contracts', <Untrusted text={agent.contracts.join(', ')} />], ['Builds', <Untrusted text={agent.builds.join(', ')} />]]} />
        {agent.skew && <p>Its instances run different builds or know different contracts: a step may be handled differently depending on who takes it.</p>}
        <Section title="Instances" id="instances">{agent.instances.length === 0 ? <Empty icon="agents" title="No instance is known" /> : <Table label="Instances" rows={agent.instances} id={row => row.instance} copy={row => row.instance} columns={[
          { key: 'state', head: 'State', cell: row => <Chip mark={row.alive ? { tone: 'ok', icon: 'check', word: 'Alive' } : { tone: 'idle', icon: 'dash', word: 'Silent' }} /> }, { key: 'instance', head: 'Instance', wide: true, cell: row => <Untrusted text={row.instance} mono /> }, { key: 'build', head: 'Build', cell: row => <Untrusted text={row.build} line /> }, { key: 'contracts', head: 'Contracts', cell: row => <Untrusted text={row.contracts.join(', ')} max={120} /> }, { key: 'undo', head: 'Can undo', cell: row => row.compensates ? 'yes' : 'no' }, { key: 'working', head: 'Working', align: 'end', cell: row => row.working || '–' }, { key: 'seen', head: 'Seen', align: 'end', nowrap: true, cell: row => <Ago at={row.lastSeenAt} suffix=" ago" /> },
        ]} />}</Section>
      </div>}</View>
    </Page>
  )
}
