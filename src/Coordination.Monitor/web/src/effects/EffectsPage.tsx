import { useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import { queryString } from '../api/client'
import { usePages } from '../api/queries'
import type { EffectPage, EffectView } from '../api/types'
import control from '../ui/control.module.css'
import { Page, Section } from '../ui/Page'
import { useParams } from '../ui/urlState'
import { Empty, More, View } from '../ui/View'
import { EffectTable, inDoubt } from './EffectTable'
import { ResolveDialog } from './ResolveDialog'

const filters: readonly (readonly [string, string])[] = [['', 'All'], ['indoubt', 'In doubt'], ['open', 'Under way'], ['succeeded', 'Succeeded'], ['failed', 'Failed'], ['notdone', 'Not done'], ['givenup', 'Given up']]

export const EffectsPage = (_: { params: Record<string, string | undefined> }) => {
  const [params, set] = useParams()
  const [status, find] = [params.get('status') ?? '', params.get('find') ?? '']
  const [resolving, setResolving] = useState<EffectView | null>(null)
  const query = usePages<EffectPage>('effects', `/effects${queryString({ status, q: useDeferredValue(find.trim()) })}`)
  return (
    <Page title="Effects" note="What agents changed in the world, announced before it was done" actions={<Link href="/audit?kind=effect.resolve">What people resolved</Link>}>
      <div className="row"><span className={control.segments} role="group" aria-label="Effects shown">{filters.map(([key, name]) => <button key={key} type="button" aria-pressed={status === key} onClick={() => set({ status: key })}>{name}</button>)}</span>
        <input type="search" className={control.input} style={{ width: 240 }} aria-label="Find effects" placeholder="Find by tool, scope, step, key…" value={find} onChange={event => set({ find: event.target.value })} /></div>
      <View query={query} what="the effects">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        const doubtful = rows.filter(inDoubt)
        const rest = rows.filter(row => !inDoubt(row))
        return rows.length === 0 ? status || find ? <Empty icon={status === 'indoubt' && !find ? 'check' : 'search'} title={find ? 'No effect fits' : status === 'indoubt' ? 'No effect is in doubt' : 'No effect is in this state'}><button type="button" className={control.button} onClick={() => set({ status: null, find: null })}>Show all</button></Empty> : <Empty icon="bolt" title="No effect yet"><p>A tool that changes something outside announces it first, and it appears here with its key.</p></Empty> : <div className="stack" style={{ gap: 24 }}>
          {doubtful.length > 0 && <Section title="In doubt" id="in-doubt" note="the call was made and no answer came: only someone who looks can say"><EffectTable rows={doubtful} onResolve={setResolving} /></Section>}
          {rest.length > 0 && <Section title={doubtful.length > 0 ? 'All others' : 'Effects'} id="effects-rest" note="by when they were announced, the latest first: what somebody resolved keeps its place"><EffectTable rows={rest} /></Section>}
          <More query={query} shown={rows.length} />
        </div>
      }}</View>
      {resolving && <ResolveDialog effect={resolving} onClose={() => setResolving(null)} />}
    </Page>
  )
}
