import { Link } from 'wouter'
import type { AuditRow } from '../api/types'
import { Chip, type Mark } from '../ui/Chip'
import { pretty } from '../ui/format'
import { unknownMark } from '../ui/marks'
import { placeOf } from '../ui/named'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'

const outcomes: Record<AuditRow['outcome'], Mark> = { done: { tone: 'ok', icon: 'check', word: 'Done' }, refused: { tone: 'warn', icon: 'dash', word: 'Refused' }, forbidden: { tone: 'bad', icon: 'lock', word: 'Forbidden' }, failed: { tone: 'bad', icon: 'cross', word: 'Failed' } }

const hasChange = (row: AuditRow): boolean => row.before !== null && row.before !== undefined || row.after !== null && row.after !== undefined

/** A ballot or a dead letter it was done to; a target with the run's own name may say anything. */
const named = (row: AuditRow) => {
  const place = row.runId !== null && row.target.includes(row.runId) ? null : placeOf(row.target)
  return place && place.what !== 'operation' && <Link href={place.href}>{place.what}</Link>
}

export const AuditTable = ({ rows, inRun = false }: { rows: readonly AuditRow[], inRun?: boolean }) => <Table label="Audit" testId="audit" rows={rows} id={row => row.id} copy={row => String(row.id)} tone={row => row.outcome === 'done' ? undefined : row.outcome === 'refused' ? 'warn' : 'bad'} columns={[
  { key: 'at', head: 'At', cell: row => <When at={row.at} /> }, { key: 'actor', head: 'Who', cell: row => <><Untrusted text={row.actor} line /><div className="muted">{row.via}{row.from && <> · <Untrusted text={row.from} line /></>}</div></> }, { key: 'outcome', head: 'Outcome', cell: row => <Chip mark={outcomes[row.outcome] ?? unknownMark(row.outcome)} /> },
  { key: 'what', head: 'What', cell: row => <><code className="nowrap">{revealedText(row.kind)}</code><div style={{ minWidth: 150 }}><Untrusted text={row.target} mono max={90} /></div></> }, { key: 'reason', head: 'Why', wide: true, cell: row => <><Untrusted text={row.reason} max={220} none="no reason given" />{row.detail && <div className="muted"><Untrusted text={row.detail} max={220} /></div>}{hasChange(row) && <details><summary>Before and after</summary><pre><Untrusted text={`${pretty(row.before)}\n→\n${pretty(row.after)}`} mono max={1_200} /></pre></details>}</> },
  { key: 'links', head: 'Where', nowrap: true, cell: row => <div className="stack" style={{ gap: 6 }}>{row.runId && !inRun && <Link href={`/runs/${row.runId}${row.kind === 'effect.resolve' ? '/effects' : ''}`}>{row.kind === 'effect.resolve' ? 'effects of the run' : 'run'}</Link>}{named(row)}{row.operationId && <Link href={`/operations/${row.operationId}`}>operation</Link>}</div> },
]} />
