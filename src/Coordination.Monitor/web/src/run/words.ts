import type { BallotSummary, EffectView, RunDetail } from '../api/types'
import { duration, money, plural } from '../ui/format'
import { plain, runMarks, stepMark, words } from '../ui/marks'

/** The ballot that kept the failed step from being carried out; null where its agent failed it. */
export const votedDown = ({ run, steps, ballots }: Pick<RunDetail, 'run' | 'steps' | 'ballots'>): BallotSummary | null => {
  const step = steps.find(item => item.stepId === run.failedStep)
  // A step that was tried had its ballot's leave.
  if (!step || step.ballotId === null || step.attempt > 0) return null
  return ballots.find(item => item.ballotId === step.ballotId && item.status === 'decided') ?? null
}

/** What took place and what would be done again, in sentences. */
export const effectsSummary = (rows: readonly Pick<EffectView, 'status' | 'compensating'>[], over: boolean): string => {
  const of = (...states: string[]) => rows.filter(row => states.includes(plain(row.status))).length
  const [took, doubt, open, not, givenUp] = [of('succeeded'), of('indoubt', 'in-doubt'), of('open', 'accepted', 'unknown', 'retryable'), of('failed', 'notdone', 'not-done'), of('givenup', 'given-up')]
  const undo = rows.filter(row => row.compensating && plain(row.status) === 'succeeded').length
  const one = (count: number, singular: string, many: string) => count === 1 ? singular : many
  return [
    `${took} of ${plural(rows.length, 'effect')} took place${undo > 0 ? `, ${undo} of them to undo another` : ''}.`,
    took > 0 && !over && 'If a step is tried again, what took place is not done a second time: the result that was kept is used.',
    doubt > 0 && `${doubt} ${one(doubt, 'is', 'are')} in doubt: a person has to say whether ${one(doubt, 'it', 'they')} took place.`,
    open > 0 && `${open} ${one(open, 'is', 'are')} under way.`,
    not > 0 && `${not} did not take place${over ? '.' : `, and ${one(not, 'is', 'are')} done only if ${one(not, 'its step is', 'their steps are')} tried again.`}`,
    givenUp > 0 && `${givenUp} ${one(givenUp, 'was', 'were')} given up: nobody found out whether ${one(givenUp, 'it', 'they')} took place.`,
  ].filter(Boolean).join(' ')
}

/** What a run waits for; ids and questions stand elsewhere on its page. */
export const waitsFor = (run: Pick<RunDetail['run'], 'waitKind' | 'waitsFor'>): string | null => run.waitKind === 'person' ? 'a person’s answer' : run.waitKind === 'ballot' ? 'the ballot' : run.waitsFor

const fields: Record<string, string> = { status: 'State', reason: 'Reason', attempt: 'Attempt', undoAttempts: 'Tries to undo', waitingOn: 'Waits for' }
/** `steps.pay.waitingOn` → what and which step, for a person. */
export const fieldName = (path: string): { step: string | null, field: string } => {
  const match = /^steps\.(.+)\.([a-zA-Z]+)$/.exec(path)
  const field = match?.[2] ?? path
  return { step: match?.[1] ?? null, field: path === 'status' ? 'State of the run' : Object.hasOwn(fields, field) ? fields[field] ?? field : words(field) }
}
/** States by the words they have everywhere else; all other values as they are. */
export const fieldValue = (path: string, value: string | null): string | null =>
  value === null || !path.endsWith('status') ? value : path === 'status' ? runMarks[value as keyof typeof runMarks]?.word ?? words(value) : stepMark(value as Parameters<typeof stepMark>[0]).word

/** What the lines of the journal are, without the names of the protocol. */
export const journalWords: Record<string, string> = { 'intent': 'About to call', 'outcome': 'Call ended', 'decision': 'Value kept', 'signal': 'A person said', 'model-call': 'Model asked' }
/** What a class of effects promises. */
export const classWords: Record<string, string> = {
  keyed: 'The target knows the key and does it once, however often it is called', idempotent: 'Doing it twice is the same as doing it once', irreversible: 'Done twice it is there twice, and nothing undoes it', probed: 'The target can be asked whether it was done',
}
const names: Record<string, string> = { 'step-dispatched': 'Given to a worker', 'step-completed': 'Step done', 'step-failed': 'Step failed', 'step-retry': 'Step failed, will be tried again', 'step-skipped': 'Step left out', 'step-stopped': 'Step stopped', 'step-compensating': 'Undo started', 'step-compensated': 'Undone', 'compensation-retry': 'Undo failed, will be tried again', 'compensation-failed': 'Undo failed', 'stale': 'Came too late' }
export const eventWords = (event: string): string => Object.hasOwn(names, event) ? names[event] ?? event : words(event)
export const isUndo = (event: string): boolean => /compensat/.test(event)

const compared: Record<string, readonly [name: string, show?: (value: string) => string]> = {
  costMicroUsd: ['Cost', value => money(Number(value))], durationMs: ['Took', value => duration(Number(value))], agentType: ['Agent'], dependsOn: ['After'], pivot: ['No way back after it'], undoneBy: ['Undone by'],
}
/** A field of a comparison by the name and in the form it has on a run's page. */
export const comparedField = (field: string): string => compared[field]?.[0] ?? words(field)
export const comparedValue = (field: string, value: string | null, ofStep: boolean): string | null =>
  value === null ? null : field === 'status' ? fieldValue(ofStep ? 'steps.x.status' : 'status', value) : compared[field]?.[1]?.(value) ?? value
