import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { LetterGroups } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Tag } from '../ui/Chip'
import { count, plural } from '../ui/format'
import { Page } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { Spark } from './Spark'

export const GroupsPage = (_: { params: Record<string, string | undefined> }) => {
  const query = useApi<LetterGroups>('dead-letters', '/dead-letters/groups')
  return (
    <Page title="Dead letters" note={query.data && `${plural(query.data.open, 'message')} parked in ${plural(query.data.rows.length, 'group')}`} actions={<Link href="/dead-letters/all">All, one by one</Link>}>
      <View query={query} what="the dead letters">{data => data.rows.length === 0 ? <Empty title="No message is parked"><p>A message that failed as often as it may is parked here, with its headers, its failures and its run, and can be retried or edited.</p></Empty> : <Table label="Groups of dead letters" testId="letter-groups" rows={data.rows} id={row => row.fingerprint} copy={row => row.fingerprint} tone={row => row.growing ? 'bad' : row.repeats > 0 ? 'warn' : undefined} columns={[
        { key: 'count', head: 'Parked', align: 'end', cell: row => <strong style={{ fontWeight: 550 }}>{count(row.count)}</strong> },
        { key: 'title', head: 'What failed', wide: true, cell: row => <><Link href={`/dead-letters/${encodeURIComponent(row.fingerprint)}`}><Untrusted text={row.title} max={160} inLink /></Link><div className="muted"><Untrusted text={row.reason} line />{row.error && <> · <Untrusted text={row.error} max={120} /></>}</div></> },
        { key: 'marks', head: 'Trend', cell: row => <span style={{ display: 'inline-grid', gap: 3, justifyItems: 'start' }}>{row.growing && <Tag tone="bad">▲ growing</Tag>}{row.repeats > 0 && <Tag tone="warn" title="Retried before and here again">failed again ×{row.repeats}</Tag>}{!row.growing && row.repeats === 0 && '–'}</span> },
        { key: 'spark', head: '24 hours', hint: 'How many came in each of the last 24 hours', cell: row => <Spark values={row.spark} /> },
        { key: 'type', head: 'Message', cell: row => <><code><Untrusted text={row.messageType} /></code><div className="muted">{row.direction === 'in' ? 'into' : 'out of'} <Untrusted text={row.endpoint} line /></div></> },
        { key: 'first', head: 'First', align: 'end', cell: row => <Ago at={row.firstAt} /> }, { key: 'last', head: 'Last', align: 'end', cell: row => <Ago at={row.lastAt} /> },
        { key: 'act', head: <span className="visually-hidden">Actions</span>, align: 'end', nowrap: true, cell: row => <span className="row" style={{ flexWrap: 'nowrap', justifyContent: 'end' }}><ActionButton small label="Retry all…" intent={{ kind: 'dead-letter.retry', select: { group: row.fingerprint }, about: <strong><Untrusted text={row.title} max={160} /></strong> }} /><ActionButton small label="Discard all…" intent={{ kind: 'dead-letter.discard', select: { group: row.fingerprint }, about: <strong><Untrusted text={row.title} max={160} /></strong> }} /></span> },
      ]} />}</View>
    </Page>
  )
}
