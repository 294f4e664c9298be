import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { Attention, AttentionKind, Overview, RunStatus } from '../api/types'
import { useParsed } from '../runs/QueryBar'
import { fieldFor } from '../runs/queryText'
import { Chip, Glyph, type Mark } from '../ui/Chip'
import { count, decimal, plural } from '../ui/format'
import { Icon } from '../ui/Icon'
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
    <span className="stack" style={{ gap: 2 }}><span><strong><Untrusted text={item.title} max={200} /></strong></span>{item.detail && <span className="muted"><Untrusted text={item.detail} line /></span>}</span>
    <span className={css.meta}><span>{item.count > 1 ? `${count(item.count)} · ` : ''}<Ago at={item.since} /></span>{item.until && <Until at={item.until} />}</span>
  </Link></li>
)

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
          <Section title="Runs by state" id="states">
            <div className={css.counts}>{order.filter(status => status in data.runs).map(status => {
              const mark = runMarks[status] ?? unknownMark(status)
              return <Link key={status} href={`/runs?q=${encodeURIComponent(`${field}:${status}`)}`} className={css.count} data-testid={`state-${status}`}><b>{count(data.runs[status] ?? 0)}</b><span><Glyph mark={mark} />{mark.word}</span></Link>
            })}</div>
          </Section>
          <Section title="Rates" id="rates" note="runs per minute">
            <div className={css.rates}><div><b>{decimal(data.rates.startedPerMinute)}</b><span>started</span></div><div><b>{decimal(data.rates.endedPerMinute)}</b><span>ended</span></div><div><b>{decimal(data.rates.failedPerMinute)}</b><span>failed</span></div></div>
          </Section>
        </div>
        <div className={css.whole}>
          <Section title="Longest waits" id="waits" note="steps that have not moved">
            {data.waits.length === 0 ? <Empty title="Nothing waits" icon="clock" /> : <Table label="Longest waits" rows={data.waits} id={row => `${row.runId} ${row.stepId}`} copy={row => row.runId} columns={[
              { key: 'kind', head: 'Waits', cell: row => <Chip mark={waitMark(row.kind)} /> },
              { key: 'run', head: 'Run', cell: row => <Link href={`/runs/${row.runId}`}><Untrusted text={row.runName} line /></Link> },
              { key: 'step', head: 'Step', cell: row => <><Untrusted text={row.stepId} line /> <span className="muted"><Untrusted text={row.agentType} line /></span></>, nowrap: true },
              { key: 'what', head: 'For what', wide: true, cell: row => <Untrusted text={row.what} max={140} /> },
              { key: 'since', head: 'Since', align: 'end', cell: row => row.since ? <Ago at={row.since} /> : '–' },
              { key: 'until', head: 'Until', align: 'end', nowrap: true, cell: row => row.until ? <Until at={row.until} /> : '–' },
            ]} />}
          </Section>
        </div>
      </div>}</View>
    </Page>
  )
}
