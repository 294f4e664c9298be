import { queryString } from '../api/client'
import { usePages } from '../api/queries'
import type { AuditPage as Audit } from '../api/types'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Page } from '../ui/Page'
import { useParams } from '../ui/urlState'
import { Empty, More, View } from '../ui/View'
import { kinds } from '../operations/kinds'
import { AuditTable } from './AuditTable'

const guid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

export const AuditPage = (_: { params: Record<string, string | undefined> }) => {
  const [params, set] = useParams()
  const [actor, kind, run] = [params.get('actor') ?? '', params.get('kind') ?? '', params.get('run') ?? '']
  const whole = guid.test(run)
  // What people do makes new rows, so the topic of operations wakes it.
  const query = usePages<Audit>('operations', `/audit${queryString({ actor, kind, run: whole ? run : null })}`)
  const filtered = actor !== '' || kind !== '' || run !== ''
  return (
    <Page title="Audit" note="Who did what, why, and what came of it; refused and forbidden too">
      <div className="row">
        <label className="row">Who <input className={control.input} style={{ width: 180 }} placeholder="the whole name" value={actor} onChange={event => set({ actor: event.target.value })} /></label>
        <label className="row">What <select className={control.input} style={{ width: 190 }} value={kind} onChange={event => set({ kind: event.target.value })}><option value="">Everything</option>{Object.entries(kinds).map(([key, words]) => <option key={key} value={key}>{words.verb} ({key})</option>)}</select></label>
        <label className="row">Run <input className={`${control.input} mono`} style={{ width: 300 }} placeholder="the whole id" aria-invalid={run !== '' && !whole || undefined} value={run} onChange={event => set({ run: event.target.value.trim() })} /></label>
        {run !== '' && !whole && <span className="muted">It takes the whole id of a run: 36 characters.</span>}
        {filtered && <Button icon="cross" look="quiet" onClick={() => set({ actor: null, kind: null, run: null })}>Clear</Button>}
      </div>
      <View query={query} what="the audit">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        return rows.length === 0 ? filtered ? <Empty icon="search" title="Nothing fits this filter"><Button onClick={() => set({ actor: null, kind: null, run: null })}>Show everything</Button></Empty> : <Empty icon="audit" title="Nobody did anything yet"><p>Every action and every reading of hidden contents is written down here.</p></Empty> : <><AuditTable rows={rows} /><More query={query} shown={rows.length} /></>
      }}</View>
    </Page>
  )
}
