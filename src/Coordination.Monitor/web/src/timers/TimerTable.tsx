import { Link } from 'wouter'
import type { TimerRow } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Id } from '../ui/Copy'
import { Table } from '../ui/Table'
import { Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'

export const TimerTable = ({ rows, withRun = false }: { rows: readonly TimerRow[], withRun?: boolean }) => <Table label="Timers" testId="timers" rows={rows} id={row => row.token} copy={row => row.token} tone={row => row.lastError ? 'bad' : undefined} columns={[
  { key: 'due', head: 'Due', nowrap: true, cell: row => <Until at={row.dueAt} /> }, { key: 'what', head: 'What it does', wide: true, cell: row => <><Untrusted text={row.what} max={160} />{row.lastError && <div className="muted">Last try: <Untrusted text={row.lastError} max={160} /></div>}</> },
  ...withRun ? [{ key: 'run', head: 'Run', cell: (row: TimerRow) => row.runId ? <Link href={`/runs/${row.runId}/waits`}><Untrusted text={row.runName} line none="open" /></Link> : '–' }] : [],
  { key: 'type', head: 'Message', cell: row => <><code><Untrusted text={row.messageType} /></code><div className="muted">to <Untrusted text={row.destination} line /></div></> }, { key: 'attempts', head: 'Tries', align: 'end', cell: row => row.attempts || '–' }, { key: 'token', head: 'Token', hint: 'The name of the timer, for the command line', cell: row => <Id id={row.token} what="timer token" /> },
  { key: 'act', head: <span className="visually-hidden">Actions</span>, align: 'end', nowrap: true, cell: row => <span className="row" style={{ flexWrap: 'nowrap', justifyContent: 'end' }}><ActionButton small intent={{ kind: 'timer.move', targets: [{ timer: row.token }], about: <Untrusted text={row.what} /> }} label="Move…" /><ActionButton small intent={{ kind: 'timer.cancel', targets: [{ timer: row.token }], about: <Untrusted text={row.what} /> }} label="Cancel…" /></span> },
]} />
