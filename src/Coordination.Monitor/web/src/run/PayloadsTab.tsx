import { hasRole, still, useApi, useMe } from '../api/queries'
import type { Payloads } from '../api/types'
import { bytes, pretty, withCents } from '../ui/format'
import { Button } from '../ui/Button'
import { words } from '../ui/marks'
import { Section } from '../ui/Page'
import { revealedText } from '../ui/revealed'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { asOf, useRun } from './context'
import css from './run.module.css'

const payloadWords: Record<string, string> = { 'input': 'what it was given', 'output': 'what it answered', 'answer': 'a person’s answer', 'undo-input': 'what its undo was given' }

/** Read only by whoever may, and only when opened: each reading is written down. */
export const PayloadsTab = () => {
  const { id, at, setAt } = useRun()
  const { data: me } = useMe()
  const may = hasRole(me, 'payload-reader')
  const query = useApi<Payloads>(still, asOf(`/runs/${id}/payloads`, at), { enabled: may, staleTime: Infinity })
  if (me && !may) return <div data-testid="payloads-locked"><Empty icon="lock" title="The contents are hidden"><p>Reading what agents were given and what they answered needs the role <strong>payload reader</strong>, and every reading is written into the audit. Everything else on this page can be seen without it.</p></Empty></div>
  return <View query={query} what="the payloads">{data => data.rows.length === 0 ? <Empty icon="audit" title="No payload is kept" /> : <div className="stack" style={{ gap: 20 }}>
    <p className="muted">In the order they were used. This reading was written into the audit.</p>
    {data.rows.map((row, index) => <Section key={`${row.stepId} ${row.kind} ${row.seq} ${index}`} title={<><Untrusted text={row.stepId} line /> · {payloadWords[row.kind] ?? words(row.kind)}</>} note={<>{bytes(row.bytes)}{row.at ? <> · <When at={row.at} clock ms />{row.seq !== null && <> <Button small look="quiet" onClick={() => setAt(row.seq)}>event {row.seq}</Button></>}</> : ' · came with the plan, not used'}</>}><pre className={css.body} tabIndex={0} role="group" aria-label={`${payloadWords[row.kind] ?? words(row.kind)} of ${revealedText(row.stepId)}`}><Untrusted text={withCents(pretty(row.body))} mono max={2_000} /></pre></Section>)}
  </div>}</View>
}
