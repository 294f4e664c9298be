import { Link } from 'wouter'
import { usePages } from '../api/queries'
import type { OperationPage as Operations } from '../api/types'
import { Chip } from '../ui/Chip'
import { count } from '../ui/format'
import { operationMark } from '../ui/marks'
import { Page } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, Lasted } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, More, View } from '../ui/View'
import { kinds } from './kinds'
import { Progress } from './Progress'

export const OperationsPage = () => {
  const query = usePages<Operations>('operations', '/operations')
  return (
    <Page title="Operations" note="What people did here, one at a time and many at once">
      <View query={query} what="the operations">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        return rows.length === 0 ? <Empty title="Nothing was done yet" icon="ops"><p>Every retry, cancellation, answer and bulk action from this page, the API or the command line is listed here.</p></Empty> : <>
          <Table label="Operations" testId="operations" rows={rows} id={row => row.id} copy={row => row.id} tone={row => row.failed > 0 ? 'bad' : undefined} columns={[
            { key: 'status', head: 'State', cell: row => <Chip mark={operationMark(row.status)} /> },
            { key: 'kind', head: 'What', cell: row => <Link href={`/operations/${row.id}`}>{kinds[row.kind]?.verb ?? row.kind}</Link>, nowrap: true },
            { key: 'progress', head: 'Progress', cell: row => <div style={{ width: 120, paddingTop: 3 }}><Progress operation={row} /></div> },
            { key: 'total', head: 'Targets', align: 'end', cell: row => count(row.total) },
            { key: 'failed', head: 'Failed', align: 'end', cell: row => row.failed ? count(row.failed) : '–' },
            { key: 'reason', head: 'Reason', wide: true, cell: row => <Untrusted text={row.reason} max={160} none="none given" /> },
            { key: 'by', head: 'By', cell: row => <><Untrusted text={row.by} line /> <span className="muted">{row.via}</span></>, nowrap: true },
            { key: 'took', head: 'Took', align: 'end', cell: row => <Lasted from={row.createdAt} to={row.endedAt} /> },
            { key: 'at', head: 'Begun', align: 'end', cell: row => <Ago at={row.createdAt} suffix=" ago" />, nowrap: true },
          ]} />
          <More query={query} shown={rows.length} />
        </>
      }}</View>
    </Page>
  )
}
