import { hasRole, still, useApi, useMe } from '../api/queries'
import type { Payloads } from '../api/types'
import { bytes, pretty } from '../ui/format'
import { words } from '../ui/marks'
import { Section } from '../ui/Page'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { useRun } from './context'

/** Read only by whoever may, and only when opened: each reading is written down. */
export const PayloadsTab = () => {
  const { id } = useRun()
  const { data: me } = useMe()
  const may = hasRole(me, 'payload-reader')
  const query = useApi<Payloads>(still, `/runs/${id}/payloads`, { enabled: may, staleTime: Infinity })
  if (me && !may) return <div data-testid="payloads-locked"><Empty icon="lock" title="The contents are hidden"><p>Reading what agents were given and what they answered needs the role <strong>payload reader</strong>, and every reading is written into the audit. Everything else on this page can be seen without it.</p></Empty></div>
  return <View query={query} what="the payloads">{data => data.rows.length === 0 ? <Empty icon="audit" title="No payload is kept" /> : <div className="stack" style={{ gap: 20 }}>
    <p className="muted">This reading was written into the audit.</p>
    {data.rows.map(row => <Section key={`${row.stepId} ${row.kind}`} title={<Untrusted text={row.stepId} line />} note={`${words(row.kind)} · ${bytes(row.bytes)}`}><pre><Untrusted text={pretty(row.body)} mono max={2_000} /></pre></Section>)}
  </div>}</View>
}
