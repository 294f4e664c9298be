import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { RunSummary } from '../api/types'
import { Chip } from '../ui/Chip'
import { CopyButton } from '../ui/Copy'
import { compact, count, money } from '../ui/format'
import { AgentLinks, Awaited } from '../ui/Linked'
import { runMark } from '../ui/marks'
import { Ago, Lasted, Until, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './runs.module.css'

export interface RunColumn {
  key: string, name: string, /** What it says, where the name alone does not. */ hint?: string
  /** CSS; the first number of pixels is the least it needs. */ width: string
  end?: boolean, /** As `sort` names it. */ sort?: string, usual: boolean
  /** Where there is no room the lowest leaves first; 9 never does. */ worth: number
  cell: (run: RunSummary) => ReactNode
}

/** The front of an id is the time it was made; its end tells it from its neighbours. The search finds it by either. */
const tailOf = (id: string): string => `…${id.slice(-6)}`
const ended = (run: RunSummary): boolean => run.endedAt !== null

/** One line that says why: the reason of what failed, else what it waits for. */
const Now = ({ run }: { run: RunSummary }) => {
  if (run.stuck) return <span className={css.why} data-tone="bad"><Untrusted text={run.stuck} line /></span>
  if (run.failedStep || run.status === 'failed' || run.status === 'expired' || run.status === 'partial') return <span className={css.why}>{run.failedStep && <b><Untrusted text={run.failedStep} line /></b>}<Untrusted text={run.failedDetail ?? run.reason} line /></span>
  if (run.currentStep) return <span className={css.why}><b><Untrusted text={run.currentStep} line /></b>{run.waitsFor && <span className="muted truncate"><Awaited text={run.waitsFor} kind={run.waitKind} line /></span>}</span>
  return <span className={`${css.why} muted`}><Untrusted text={run.reason} line /></span>
}
const Steps = ({ run }: { run: RunSummary }) => (
  <span className={css.steps} title={`${run.stepsDone} of ${run.steps} steps done`}><span className={`${css.meter} bar`} aria-hidden="true"><span style={{ width: `${run.steps ? run.stepsDone / run.steps * 100 : 0}%` }} /></span>{run.stepsDone}/{run.steps}</span>
)

export const columns: readonly RunColumn[] = [
  { key: 'state', name: 'Status', width: '142px', usual: true, worth: 9, cell: run => <Chip mark={runMark(run)} title={run.reason ?? undefined} /> },
  { key: 'run', name: 'Run', hint: 'The name of its plan and the end of its id', width: 'minmax(200px, 1.1fr)', usual: true, worth: 9, cell: run => <span className={css.run}><Link href={`/runs/${run.runId}`} className="truncate"><Untrusted text={run.name} line /></Link><code className="muted" title={run.runId}>{tailOf(run.runId)}</code><CopyButton text={run.runId} what="run id" /></span> },
  { key: 'about', name: 'About', hint: 'What it is about, as its requester said: a ticket, an order', width: 'minmax(172px, 1fr)', usual: true, worth: 8, cell: run => <Untrusted text={run.businessScope} line none="–" /> },
  { key: 'now', name: 'Now', hint: 'Why it failed, or what it does or waits for now', width: 'minmax(170px, 1.5fr)', usual: true, worth: 9, cell: run => <Now run={run} /> },
  { key: 'steps', name: 'Steps', hint: 'Steps done, of all', width: '96px', usual: true, worth: 6, cell: run => <Steps run={run} /> },
  { key: 'agents', name: 'Agents', hint: 'Agent types among its steps', width: 'minmax(90px, .6fr)', usual: false, worth: 2, cell: run => <span className="truncate"><AgentLinks types={run.agents} /></span> },
  { key: 'retries', name: 'Retries', hint: 'Attempts that were repeated', width: '66px', end: true, usual: true, worth: 3, cell: run => run.retries || '–' },
  { key: 'tokens', name: 'Tokens', hint: 'What its models read and wrote', width: '64px', end: true, usual: false, worth: 1, cell: run => <span title={count(run.tokens)}>{compact(run.tokens)}</span> },
  { key: 'cost', name: 'Cost', hint: 'What its models cost, in US dollars', width: '70px', end: true, sort: 'cost', usual: true, worth: 4, cell: run => money(run.costMicroUsd) },
  { key: 'wait', name: 'Wait ends', hint: 'When its wait ends by itself', width: '104px', end: true, usual: false, worth: 7, cell: run => run.waitEndsAt ? <Until at={run.waitEndsAt} /> : '–' },
  { key: 'requester', name: 'Requester', hint: 'Who asked for it', width: 'minmax(90px, .6fr)', usual: false, worth: 6, cell: run => <Untrusted text={run.requester} line /> },
  { key: 'tenant', name: 'Tenant', hint: 'Whose work it is', width: '100px', usual: false, worth: 5, cell: run => <Untrusted text={run.tenant} line /> },
  { key: 'duration', name: 'Took', hint: 'From its start to its end, or to now', width: '82px', end: true, sort: 'duration', usual: true, worth: 7, cell: run => <Lasted from={run.startedAt} to={run.endedAt} /> },
  { key: 'deadline', name: 'Deadline', hint: 'When it is ended by force', width: '110px', end: true, usual: false, worth: 6, cell: run => run.deadlineAt && !ended(run) ? <Until at={run.deadlineAt} /> : '–' },
  { key: 'started', name: 'Started', hint: 'How long ago it was accepted', width: '84px', end: true, sort: 'started', usual: true, worth: 8, cell: run => <Ago at={run.startedAt} /> },
  { key: 'startedAt', name: 'Started at', width: '160px', end: true, usual: false, worth: 5, cell: run => <When at={run.startedAt} /> },
  { key: 'updated', name: 'Updated', hint: 'How long ago something happened in it', width: '84px', end: true, sort: 'updated', usual: true, worth: 5, cell: run => <Ago at={run.updatedAt} /> },
]
/** Names that links and browsers still remember. */
const formerly: Record<string, string> = { scope: 'about' }
export const chosenColumns = (keys: string, remembered: readonly string[] | null): readonly RunColumn[] => {
  const wanted = (keys ? keys.split(',') : remembered)?.map(key => formerly[key] ?? key)
  const chosen = wanted ? columns.filter(column => wanted.includes(column.key)) : columns.filter(column => column.usual)
  return chosen.length > 0 ? chosen : columns.filter(column => column.usual)
}
