import { useApi } from '../api/queries'
import type { FlowView } from '../api/types'
import { Chip, type Mark } from '../ui/Chip'
import { count } from '../ui/format'
import { Icon } from '../ui/Icon'
import { Facts, Page, Panel, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'

const hostMarks: Record<string, Mark> = { ok: { tone: 'ok', icon: 'check', word: 'On time' }, late: { tone: 'warn', icon: 'clock', word: 'Late' }, unknown: { tone: 'idle', icon: 'help', word: 'Unknown' } }

export const FlowPage = (_: { params: Record<string, string | undefined> }) => {
  const query = useApi<FlowView>('flow', '/flow')
  return (
    <Page title="Flow" note="How messages leave, travel and arrive">
      <View query={query} what="the flow">{({ outbox, endpoints, queues, brokerNote, hosts }) => <div className="stack" style={{ gap: 24 }}>
        <Section title="Outbox" id="outbox" note="what was decided and has not left yet"><Panel tone={outbox.blocked > 0 ? 'bad' : outbox.late > 0 ? 'warn' : undefined}><Facts items={[['Waiting', count(outbox.waiting)], ['Late', outbox.late > 0 ? <Chip mark={{ tone: 'warn', icon: 'clock', word: count(outbox.late) }} /> : '0'], ['Oldest due', outbox.oldestDueAt ? <Until at={outbox.oldestDueAt} /> : '–'], ['Blocked', outbox.blocked > 0 ? <Chip mark={{ tone: 'bad', icon: 'cross', word: count(outbox.blocked) }} /> : '0'], ['Timers', count(outbox.timers)], ['Next timer', outbox.nextTimerAt ? <Until at={outbox.nextTimerAt} /> : '–']]} /></Panel></Section>
        <Section title="Endpoints" id="endpoints" note="where messages go; those with late messages first">{endpoints.length === 0 ? <Empty icon="flow" title="No endpoint yet" /> : <Table label="Endpoints" testId="endpoints" rows={endpoints.toSorted((a, b) => b.late - a.late || b.waiting - a.waiting)} id={row => row.endpoint} tone={row => row.lastError ? 'bad' : row.late > 0 ? 'warn' : undefined} columns={[
          { key: 'endpoint', head: 'Endpoint', cell: row => <Untrusted text={row.endpoint} line /> }, { key: 'waiting', head: 'Waiting', align: 'end', cell: row => count(row.waiting) }, { key: 'late', head: 'Late', hint: 'Due for more than a minute', align: 'end', cell: row => row.late ? count(row.late) : '–' }, { key: 'oldest', head: 'Oldest', align: 'end', cell: row => row.oldestAt ? <Ago at={row.oldestAt} /> : '–' }, { key: 'dead', head: 'Dead letters', align: 'end', cell: row => row.deadLetters ? count(row.deadLetters) : '–' }, { key: 'error', head: 'Last error', wide: true, cell: row => <Untrusted text={row.lastError} max={200} none="–" /> },
        ]} />}</Section>
        <Section title="Queues of the broker" id="queues">{queues === null ? <Panel><div className="row"><Icon name="clock" /><Untrusted text={brokerNote ?? 'The broker is not asked here.'} /></div><p className="muted">Everything else on this page comes from the database and is up to date.</p></Panel> : queues.length === 0 ? <Empty icon="flow" title="The broker has no queue" /> : <>{brokerNote && <p className="muted"><Untrusted text={brokerNote} /></p>}<Table label="Queues" testId="queues" rows={queues.toSorted((a, b) => b.ready - a.ready)} id={row => row.queue} tone={row => row.consumers === 0 && row.ready > 0 ? 'bad' : undefined} columns={[{ key: 'queue', head: 'Queue', wide: true, cell: row => <Untrusted text={row.queue} mono /> }, { key: 'ready', head: 'Ready', hint: 'Messages in the queue that no consumer has taken', align: 'end', cell: row => count(row.ready) }, { key: 'consumers', head: 'Consumers', hint: 'Processes that take messages from it', align: 'end', cell: row => row.consumers === 0 ? <Chip mark={{ tone: row.ready > 0 ? 'bad' : 'idle', icon: row.ready > 0 ? 'warn' : 'dash', word: 'none' }} /> : row.consumers }]} /></>}</Section>
        <Section title="Hosts" id="hosts"><Table label="Hosts" rows={hosts} id={row => row.name} tone={row => row.state === 'late' ? 'warn' : undefined} columns={[{ key: 'state', head: 'State', cell: row => <Chip mark={hostMarks[row.state] ?? { tone: 'idle', icon: 'help', word: row.state }} /> }, { key: 'name', head: 'Host', cell: row => <Untrusted text={row.name} line /> }, { key: 'detail', head: 'Detail', wide: true, cell: row => <Untrusted text={row.detail} max={200} none="–" /> }]} /></Section>
      </div>}</View>
    </Page>
  )
}
