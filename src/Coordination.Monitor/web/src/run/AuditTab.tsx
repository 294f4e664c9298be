import { usePages } from '../api/queries'
import type { AuditPage } from '../api/types'
import { AuditTable } from '../audit/AuditTable'
import { Empty, More, View } from '../ui/View'
import { useRun } from './context'
import { ShowsNow } from './Moment'

export const AuditTab = () => {
  const { id, topic } = useRun()
  const query = usePages<AuditPage>(topic, `/runs/${id}/audit`)
  return <><ShowsNow why="It lists everything people did up to now." /><View query={query} what="the audit">{data => {
    const rows = data.pages.flatMap(page => page.rows)
    return rows.length === 0 ? <Empty icon="audit" title="No person did anything to this run" /> : <><AuditTable rows={rows} inRun /><More query={query} shown={rows.length} /></>
  }}</View></>
}
