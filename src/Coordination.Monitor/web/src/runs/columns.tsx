import type { ReactNode } from 'react'
import type { RunSummary } from '../api/types'
import { Chip } from '../ui/Chip'
import { CopyButton } from '../ui/Copy'
import { compact, count, money } from '../ui/format'
import { runMark } from '../ui/marks'
import { Ago, Lasted, Until, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './runs.module.css'

export interface RunColumn { key: string, name: string, width: string, end?: boolean, /** As `sort` names it. */ sort?: string, usual: boolean, cell: (run: RunSummary) => ReactNode }

/** The front of an id is the time it was made; its end tells it from its neighbours. */
const tailOf = (id: string): string => `…${id.slice(-6)}`
const ended = (run: RunSummary): boolean => run.endedAt !== null

/** One line that says why: the reason of what failed, else what it waits for. */
const Now = ({ run }: { run: RunSummary }) => {
  if (run.stuck) return <span className={css.why} data-tone="bad"><Untrusted text={run.stuck} line /></span>
  if (run.failedStep || run.status === 'failed' || run.status === 'expired' || run.status === 'partial') return <span className={css.why}>{run.failedStep && <b><Untrusted text={run.failedStep} line /></b>}<Untrusted text={run.failedDetail ?? run.reason} line /></span>
  if (run.currentStep) return <span className={css.why}><b><Untrusted text={run.currentStep} line /></b>{run.waitsFor && <span className="muted truncate"><Untrusted text={run.waitsFor} line /></span>}</span>
  return <span className={`${css.why} muted`}><Untrusted text={run.reason} line /></span>
}
const Steps = ({ run }: { run: RunSummary }) => (
  <span className={css.steps} title={`${run.stepsDone} of ${run.steps} steps done`}><span className={`${css.meter} bar`} aria-hidden="true"><span style={{ width: `${run.steps ? run.stepsDone / run.steps * 100 : 0}%` }} /></span>{run.stepsDone}/{run.steps}</span>
)

export const columns: readonly RunColumn[] = [
  { key: 'state', name: 'State', width: '148px', usual: true, cell: run => <Chip mark={runMark(run)} title={run.reason ?? undefined} /> },
  { key: 'run', name: 'Run', width: 'minmax(210px, 1.2fr)', usual: true, cell: run => <span className={css.run}><span className="truncate"><Untrusted text={run.name} line /></span><code className="muted" title={run.runId}>{tailOf(run.runId)}</code><CopyButton text={run.runId} what="run id" /></span> },
  { key: 'now', name: 'What', width: 'minmax(180px, 1.7fr)', usual: true, cell: run => <Now run={run} /> },
  { key: 'steps', name: 'Steps', width: '100px', usual: true, cell: run => <Steps run={run} /> },
  { key: 'agents', name: 'Agents', width: 'minmax(90px, .7fr)', usual: true, cell: run => <Untrusted text={run.agents.join(', ')} line /> },
  { key: 'retries', name: 'Retries', width: '66px', end: true, usual: true, cell: run => run.retries || '–' },
  { key: 'tokens', name: 'Tokens', width: '64px', end: true, usual: true, cell: run => <span title={count(run.tokens)}>{compact(run.tokens)}</span> },
  { key: 'cost', name: 'Cost', width: '66px', end: true, sort: 'cost', usual: true, cell: run => money(run.costMicroUsd) },
  { key: 'wait', name: 'Wait ends', width: '104px', end: true, usual: false, cell: run => run.waitEndsAt ? <Until at={run.waitEndsAt} /> : '–' },
  { key: 'requester', name: 'Requester', width: 'minmax(90px, .6fr)', usual: false, cell: run => <Untrusted text={run.requester} line /> },
  { key: 'scope', name: 'Scope', width: 'minmax(90px, .6fr)', usual: false, cell: run => <Untrusted text={run.businessScope} line none="–" /> },
  { key: 'tenant', name: 'Tenant', width: '100px', usual: false, cell: run => <Untrusted text={run.tenant} line /> },
  { key: 'duration', name: 'Took', width: '82px', end: true, sort: 'duration', usual: true, cell: run => <Lasted from={run.startedAt} to={run.endedAt} /> },
  { key: 'deadline', name: 'Deadline', width: '110px', end: true, usual: false, cell: run => run.deadlineAt && !ended(run) ? <Until at={run.deadlineAt} /> : '–' },
  { key: 'started', name: 'Started', width: '84px', end: true, sort: 'started', usual: true, cell: run => <Ago at={run.startedAt} /> },
  { key: 'startedAt', name: 'Started at', width: '160px', end: true, usual: false, cell: run => <When at={run.startedAt} /> },
  { key: 'updated', name: 'Updated', width: '84px', end: true, sort: 'updated', usual: true, cell: run => <Ago at={run.updatedAt} /> },
]
export const chosenColumns = (keys: string, remembered: readonly string[] | null): readonly RunColumn[] => {
  const wanted = keys ? keys.split(',') : remembered
  const chosen = wanted ? columns.filter(column => wanted.includes(column.key)) : columns.filter(column => column.usual)
  return chosen.length > 0 ? chosen : columns.filter(column => column.usual)
}
