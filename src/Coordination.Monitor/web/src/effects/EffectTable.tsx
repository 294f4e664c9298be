import { Link } from 'wouter'
import type { EffectView } from '../api/types'
import { Button } from '../ui/Button'
import { Chip, Tag } from '../ui/Chip'
import { Id } from '../ui/Copy'
import { withCents } from '../ui/format'
import { effectMark } from '../ui/marks'
import { Table } from '../ui/Table'
import { Ago, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { classWords } from '../run/words'

export const inDoubt = (effect: Pick<EffectView, 'status' | 'questionId'>): boolean => effect.questionId !== null || effect.status === 'indoubt'

export const EffectTable = ({ rows, inRun = false, then = false, onResolve }: { rows: readonly EffectView[], inRun?: boolean, /** Of an earlier moment: ages would be those of now. */ then?: boolean, onResolve?: (effect: EffectView) => void }) => <Table label="Effects" testId="effects" rows={rows} id={row => `${row.runId} ${row.key} ${row.compensating}`} copy={row => row.key} tone={row => inDoubt(row) ? 'bad' : row.compensating ? 'undo' : undefined} columns={[
  { key: 'state', head: 'State', cell: row => <Chip mark={inDoubt(row) ? { tone: 'bad', icon: 'help', word: 'In doubt' } : effectMark(row.status)} /> },
  { key: 'tool', head: 'Tool', cell: row => <><Untrusted text={row.tool} line />{row.compensating && <> <Tag tone="undo">undo</Tag></>}<div className="muted" title={classWords[row.class]}><Untrusted text={row.class} line /></div></> },
  ...inRun ? [] : [{ key: 'run', head: 'Run', cell: (row: EffectView) => <Link href={`/runs/${row.runId}/effects`}><Untrusted text={row.runName} line /></Link> }],
  { key: 'step', head: 'Step', cell: row => <Untrusted text={row.stepId} line /> }, { key: 'scope', head: 'Scope', cell: row => <Untrusted text={withCents(row.scope)} max={100} /> }, { key: 'key', head: 'Key', nowrap: true, cell: row => <Id id={row.key} what="effect key" /> },
  { key: 'detail', head: 'Last word', wide: true, cell: row => <Untrusted text={row.lastDetail} max={180} none="–" /> }, { key: 'calls', head: 'Calls', align: 'end', cell: row => row.calls }, { key: 'age', head: 'Changed', align: 'end', nowrap: true, cell: row => then ? <When at={row.changedAt} clock ms /> : <Ago at={row.changedAt} suffix=" ago" /> },
  ...onResolve ? [{ key: 'act', head: <span className="visually-hidden">Action</span>, align: 'end' as const, cell: (row: EffectView) => inDoubt(row) ? <Button small onClick={() => onResolve(row)} data-testid="resolve">Resolve…</Button> : null }] : [],
]} />
