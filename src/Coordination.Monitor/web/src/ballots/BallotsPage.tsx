import { Link } from 'wouter'
import { queryString } from '../api/client'
import { usePages } from '../api/queries'
import type { BallotPage as Ballots, BallotSummary } from '../api/types'
import { Chip } from '../ui/Chip'
import control from '../ui/control.module.css'
import { plural } from '../ui/format'
import { ballotMark } from '../ui/marks'
import { Page, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, More, View } from '../ui/View'
import { decidedBy } from './words'

const filters: readonly (readonly [string, string])[] = [['', 'All'], ['people', 'Wait for people'], ['voting', 'Voting'], ['decided', 'Decided'], ['refused', 'Refused']]

const BallotTable = ({ rows, label }: { rows: readonly BallotSummary[], label: string }) => <Table label={label} testId="ballots" rows={rows} id={row => row.ballotId} copy={row => row.ballotId} tone={row => row.status === 'people' ? 'warn' : row.status === 'voting' ? 'vote' : undefined} columns={[
  { key: 'state', head: 'State', cell: row => <Chip mark={ballotMark(row)} /> }, { key: 'question', head: 'Question', wide: true, cell: row => <Link href={`/consensus/${row.ballotId}`}><Untrusted text={row.question} line /></Link> },
  { key: 'result', head: 'Result', nowrap: true, cell: row => row.option !== null ? <><Untrusted text={row.option} line />{row.decidedBy && <div className="muted">by {decidedBy(row)}</div>}</> : row.people !== null && row.status === 'people' ? `needs ${plural(row.people, 'person', 'people')}` : '–' }, { key: 'policy', head: 'Policy', cell: row => <><Untrusted text={row.policy} line /><div className="muted"><Untrusted text={row.tier} line /></div></> },
  { key: 'voters', head: 'Voters', align: 'end', cell: row => row.voters }, { key: 'round', head: 'Round', align: 'end', cell: row => row.round }, { key: 'requester', head: 'Asked by', cell: row => <Untrusted text={row.requester} line /> }, { key: 'run', head: 'Run', cell: row => row.runId ? <Link href={`/runs/${row.runId}/votes`}>open</Link> : '–' },
  { key: 'opened', head: 'Opened', align: 'end', cell: row => row.openedAt ? <Ago at={row.openedAt} /> : '–' }, { key: 'ends', head: 'Ends', align: 'end', nowrap: true, cell: row => row.decidedAt ? <Ago at={row.decidedAt} suffix=" ago" /> : row.endsAt ? <Until at={row.endsAt} /> : '–' },
]} />

export const BallotsPage = (_: { params: Record<string, string | undefined> }) => {
  const [status, setStatus] = useParam('status')
  const query = usePages<Ballots>('ballots', `/ballots${queryString({ status })}`)
  return (
    <Page title="Consensus" note="Ballots of agents, and what they ask people" actions={<Link href="/consensus/voters">Calibration of voters</Link>}>
      <span className={control.segments} role="group" aria-label="Ballots shown" style={{ justifySelf: 'start' }}>{filters.map(([key, name]) => <button key={key} type="button" aria-pressed={status === key} onClick={() => setStatus(key)}>{name}</button>)}</span>
      <View query={query} what="the ballots">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        const people = rows.filter(row => row.status === 'people')
        const rest = rows.filter(row => row.status !== 'people')
        return rows.length === 0 ? status ? <Empty icon="search" title="No ballot is in this state"><button type="button" className={control.button} onClick={() => setStatus(null)}>Show all</button></Empty> : <Empty icon="vote" title="No ballot yet"><p>One opens when a step of a plan names an electorate, or an agent asks for a decision.</p></Empty> : <div className="stack" style={{ gap: 24 }}>
          {people.length > 0 && <Section title="Waiting for people" id="people" note="only a person can decide these"><BallotTable label="Ballots that wait for people" rows={people} /></Section>}
          {rest.length > 0 && <Section title={people.length > 0 ? 'All others' : 'Ballots'} id="ballots-rest"><BallotTable label="Ballots" rows={rest} /></Section>}
          <More query={query} shown={rows.length} />
        </div>
      }}</View>
    </Page>
  )
}
