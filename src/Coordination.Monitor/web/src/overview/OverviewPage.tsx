import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { Attention, AttentionKind, Overview, RunStatus, TypicalDuration, WaitRow } from '../api/types'
import { useParsed } from '../runs/QueryBar'
import { fieldFor, printClause } from '../runs/queryText'
import { Chip, Glyph, type Mark } from '../ui/Chip'
import { count, decimal, duration, plural } from '../ui/format'
import { Icon } from '../ui/Icon'
import { AgentLink, Awaited } from '../ui/Linked'
import { runMarks, unknownMark, waitMark } from '../ui/marks'
import { Page, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import css from './overview.module.css'

const kinds: Record<AttentionKind, Omit<Mark, 'tone'>> = {
  'ballot': { icon: 'vote', word: 'Ballot' }, 'question': { icon: 'person', word: 'Question' }, 'effect': { icon: 'help', word: 'Effect in doubt' }, 'stuck': { icon: 'warn', word: 'Stuck' },
  'dead-letters': { icon: 'tomb', word: 'Dead letters' }, 'agent': { icon: 'agents', word: 'Agent' }, 'outbox': { icon: 'flow', word: 'Outbox' }, 'failed-runs': { icon: 'cross', word: 'Failed runs' },
}

const AttentionItem = ({ item }: { item: Attention }) => (
  <li><Link href={item.href} className={css.item} data-testid={`attention-${item.kind}`}>
    <Glyph mark={{ tone: item.severity, ...kinds[item.kind] ?? { icon: 'warn', word: item.kind } }} />
    <span className="stack" style={{ gap: 2 }}><span><strong><Untrusted text={item.title} max={200} inLink /></strong></span>{item.detail && <span className="muted"><Untrusted text={item.detail} line /></span>}</span>
    <span className={css.meta}><span>{item.count > 1 ? 'the oldest ' : ''}<Ago at={item.since} suffix=" ago" /></span>{item.until && <span>ends <Until at={item.until} /></span>}</span>
  </Link></li>
)

const clause = (field: string, value: string): string => printClause({ field, operator: ':', values: [value], negated: false })
const runsOf = (query: string): string => `/runs?q=${encodeURIComponent(query)}`

/** One run, or all that wait at the same step for the same kind of thing. */
const WaitingRun = ({ row }: { row: WaitRow }) => row.count > 1
  ? <Link href={runsOf(`${clause('name', row.runName)} ${clause('waits', row.kind)}`)}><Untrusted text={row.runName} line /> · {count(row.count)} runs</Link>
  : <Link href={`/runs/${row.runId}`}><Untrusted text={row.runName} line /></Link>

const Typical = ({ rows }: { rows: readonly TypicalDuration[] }) => <Table label="Typical durations" testId="typical-durations" rows={rows.slice(0, 8)} id={row => row.name} columns={[
  { key: 'name', head: 'Kind of run', cell: row => <Link href={runsOf(clause('name', row.name))}><Untrusted text={row.name} line /></Link> },
  { key: 'median', head: 'Half within', hint: 'The median: half of them took no longer', align: 'end', nowrap: true, cell: row => duration(row.medianMs) },
  { key: 'p95', head: '95 % within', hint: 'The 95th percentile: 19 of 20 took no longer', align: 'end', nowrap: true, cell: row => <Link href={runsOf(`${clause('name', row.name)} duration:>${row.p95Ms}ms`)} title="Runs that took longer">{duration(row.p95Ms)}</Link> },
  { key: 'runs', head: 'Runs', align: 'end', cell: row => count(row.runs) },
]} />

const order: readonly RunStatus[] = ['running', 'compensating', 'cancelling', 'failed', 'partial', 'expired', 'cancelled', 'completed']

export const OverviewPage = () => {
  const query = useApi<Overview>('overview', '/overview')
  const parsed = useParsed('')
  const field = fieldFor('status', parsed.data?.fields)
  return (
    <Page title="Overview">
      <View query={query} what="the overview" rows={10}>{data => <div className={css.grid}>
        <div>
          <Section title="Needs attention" id="attention" note={data.attention.length > 0 ? `${plural(data.attention.length, 'thing')}, the most urgent first` : undefined}>
            {data.attention.length === 0
              ? <p className={css.calm}><Icon name="check" size={18} />Nothing needs a person now. Ballots, questions, effects in doubt, stuck runs and dead letters appear here.</p>
              : <ul className={css.list}>{data.attention.map(item => <AttentionItem key={`${item.kind} ${item.href} ${item.title}`} item={item} />)}</ul>}
          </Section>
        </div>
        <div className="stack" style={{ gap: 20 }}>
          <Section title="Runs by status" id="states">
            <div className={css.counts}>{order.filter(status => (data.runs[status] ?? 0) > 0 || status === 'running' || status === 'failed').map(status => {
              const mark = runMarks[status] ?? unknownMark(status)
              return <Link key={status} href={`/runs?q=${encodeURIComponent(`${field}:${status}`)}`} className={css.count} data-testid={`state-${status}`}><b>{count(data.runs[status] ?? 0)}</b><span><Glyph mark={mark} />{mark.word}</span></Link>
            })}</div>
          </Section>
          <Section title="Rates" id="rates" note={`runs per minute, over the last ${data.rates.overMinutes} min`}>
            <div className={css.rates}><div><b>{decimal(data.rates.startedPerMinute)}</b><span>started</span></div><div><b>{decimal(data.rates.endedPerMinute)}</b><span>ended</span></div><div><b>{decimal(data.rates.failedPerMinute)}</b><span>failed</span></div></div>
          </Section>
          {data.typical.length > 0 && <Section title="Typical durations" id="typical" note="of runs that completed lately"><Typical rows={data.typical} /></Section>}
        </div>
        <div className={css.whole}>
          <Section title="Longest waits" id="waits" note="steps that have not moved, equal ones as one">
            {data.waits.length === 0 ? <Empty title="Nothing waits" icon="clock" /> : <Table label="Longest waits" rows={data.waits} id={row => `${row.runId} ${row.stepId}`} tone={row => row.kind === 'person' || row.kind === 'ballot' ? 'vote' : undefined} copy={row => row.runId} columns={[
              { key: 'kind', head: 'Waits', cell: row => <Chip mark={waitMark(row.kind)} /> },
              { key: 'run', head: 'Run', cell: row => <WaitingRun row={row} /> },
              { key: 'step', head: 'Step', cell: row => <><Untrusted text={row.stepId} line />{row.agentType !== row.stepId && <> <AgentLink type={row.agentType} /></>}</>, nowrap: true },
              { key: 'what', head: 'For what', wide: true, cell: row => row.count > 1 && row.kind === 'ballot' ? `${count(row.count)} ballots` : <Awaited text={row.what} kind={row.kind} max={140} /> },
              { key: 'since', head: 'Since', hint: 'Of several: the one that has waited longest', align: 'end', cell: row => row.since ? <Ago at={row.since} /> : '–' },
              { key: 'until', head: 'Until', align: 'end', nowrap: true, cell: row => row.until ? <Until at={row.until} /> : '–' },
            ]} />}
          </Section>
        </div>
      </div>}</View>
    </Page>
  )
}
