import { useState } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { LetterDetail } from '../api/types'
import { ActionButton, useRoleWhy } from '../operations/ActionButton'
import { Button } from '../ui/Button'
import { Chip, Tag } from '../ui/Chip'
import { CopyButton, Id } from '../ui/Copy'
import { bytes } from '../ui/format'
import { letterMark } from '../ui/marks'
import { Facts, Page, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { EditDialog } from './EditDialog'
import css from './letters.module.css'

const asJson = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

const Body = ({ detail }: { detail: LetterDetail }) => {
  const { letter } = detail
  return <div className="stack" style={{ gap: 24 }} data-page-copy={letter.id}>
    <Facts items={[['Why', <Untrusted text={letter.reason} line />], ['Message', <code><Untrusted text={letter.messageType} /></code>], [letter.direction === 'in' ? 'Into' : 'Out of', <Untrusted text={letter.endpoint} line />], ['Parked', <When at={letter.parkedAt} />], ['Tries', letter.attempts], ['Id of the message', <Id id={letter.messageId} what="message id" />], letter.runId !== null && ['Run', <Link href={`/runs/${letter.runId}`}>open the run</Link>], ['Group', <Link href={`/dead-letters/${encodeURIComponent(letter.fingerprint)}`}>others like it</Link>], detail.contract !== null && ['Contract', <code><Untrusted text={detail.contract} /></code>], detail.traceId !== null && ['Trace', <span className="row" style={{ gap: 2 }}><code>{detail.traceId.slice(0, 8)}…</code><CopyButton text={detail.traceId} what="trace id" /></span>],
      letter.settledBecause !== null && ['Settled', <><Untrusted text={letter.settledBy} line />: <Untrusted text={letter.settledBecause} /></>], letter.replaces !== null && ['Replaces', <Link href={`/dead-letters/m/${letter.replaces}`}>{letter.replaces}</Link>], letter.replacedBy !== null && ['Replaced by', <Link href={`/dead-letters/m/${letter.replacedBy}`}>{letter.replacedBy}</Link>]]} />
    <p><Untrusted text={letter.detail} /></p>
    <Section title="Failed attempts" id="failures">{detail.failures.length === 0 ? <p className="muted">None is recorded.</p> : <Table label="Failed attempts" rows={detail.failures} id={row => row.number} columns={[{ key: 'n', head: '#', align: 'end', cell: row => row.number }, { key: 'at', head: 'At', cell: row => <When at={row.at} ms /> }, { key: 'code', head: 'Code', cell: row => <Tag tone="bad">{row.code}</Tag> }, { key: 'error', head: 'Error', wide: true, cell: row => <div className={css.stack}><Untrusted text={row.error} max={200} />{row.text && <details><summary>The whole text</summary><pre><Untrusted text={row.text} mono max={3_000} /></pre></details>}</div> }]} />}</Section>
    <Section title="Body" id="body" note={bytes(detail.bytes)}>{detail.bodyHidden ? <Empty icon="lock" title="The body is hidden"><p>It needs the role <strong>payload reader</strong>, and every reading is written into the audit.</p></Empty> : detail.body === null ? <p className="muted">There is none.</p> : <pre className={css.body} tabIndex={0} role="group" aria-label="Body"><Untrusted text={asJson(detail.body)} mono max={8_000} /></pre>}</Section>
    <Section title="Headers" id="headers"><dl className={css.headers}>{Object.entries(detail.headers).flatMap(([name, value]) => [<dt key={`${name} name`}><Untrusted text={name} mono /></dt>, <dd key={`${name} value`}><Untrusted text={value} mono max={400} /></dd>])}</dl></Section>
    <Section title="History" id="history" note="its versions, and what was done to them">{detail.history.length === 0 ? <p className="muted">Nothing was done to it yet.</p> : <Table label="History" rows={detail.history} id={row => row.id} selected={row => row.id === letter.id} columns={[{ key: 'id', head: 'Letter', cell: row => <Link href={`/dead-letters/m/${row.id}`}>{row.id}</Link> }, { key: 'state', head: 'State', cell: row => <Chip mark={letterMark(row.state)} /> }, { key: 'at', head: 'Parked', cell: row => <Ago at={row.parkedAt} suffix=" ago" />, nowrap: true }, { key: 'detail', head: 'Why', wide: true, cell: row => <Untrusted text={row.detail} max={160} /> }, { key: 'settled', head: 'Settled', cell: row => row.settledAt ? <><Untrusted text={row.settledBy} line /> <Ago at={row.settledAt} suffix=" ago" />{row.settledBecause && <div className="muted"><Untrusted text={row.settledBecause} max={160} /></div>}</> : '–' }]} />}</Section>
  </div>
}

export const LetterPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const id = Number(params.id)
  const [editing, setEditing] = useState(false)
  const query = useApi<LetterDetail>('dead-letters', `/dead-letters/${params.id}`)
  const roleWhy = useRoleWhy('operator')
  const detail = query.data
  const offer = (kind: string) => detail?.actions.find(item => item.kind === kind)
  const edit = offer('dead-letter.edit')
  const about = detail && <Untrusted text={detail.letter.detail} max={200} />
  return (
    <Page title={`Dead letter ${params.id}`} crumbs={[{ href: '/dead-letters', text: 'Dead letters' }]} note={detail && <Chip mark={letterMark(detail.letter.state)} />} actions={detail && <>
      <ActionButton offer={offer('dead-letter.retry')} intent={{ kind: 'dead-letter.retry', targets: [{ letter: id }], about }} icon="retry" />
      <Button why={detail.bodyHidden ? 'It needs the role payload reader: what cannot be read cannot be edited.' : edit ? (edit.enabled ? null : edit.why ?? 'Not possible now.') : roleWhy} onClick={() => setEditing(true)} data-testid="action-dead-letter.edit">Edit and retry…</Button>
      <ActionButton offer={offer('dead-letter.discard')} intent={{ kind: 'dead-letter.discard', targets: [{ letter: id }], about }} />
    </>}>
      <View query={query} what="this dead letter" rows={10}>{data => <Body detail={data} />}</View>
      {editing && detail && <EditDialog detail={detail} original={asJson(detail.body ?? '')} onClose={() => setEditing(false)} />}
    </Page>
  )
}
