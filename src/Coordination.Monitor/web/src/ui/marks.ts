import type { BallotSummary, LetterRow, Operation, RunStatus, RunSummary, StepStatus, WaitKind } from '../api/types'
import type { Mark } from './Chip'

export const runMarks: Record<RunStatus, Mark> = {
  running: { tone: 'accent', icon: 'play', word: 'Running' }, cancelling: { tone: 'warn', icon: 'dash', word: 'Cancelling' },
  compensating: { tone: 'undo', icon: 'undo', word: 'Undoing' }, completed: { tone: 'ok', icon: 'check', word: 'Completed' },
  partial: { tone: 'warn', icon: 'half', word: 'Partial' }, failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  cancelled: { tone: 'idle', icon: 'dash', word: 'Cancelled' }, expired: { tone: 'bad', icon: 'hourglass', word: 'Expired' },
}
export const unknownMark = (word: string): Mark => ({ tone: 'idle', icon: 'help', word })

const waitMarks: Record<WaitKind, Mark> = {
  'worker': { tone: 'accent', icon: 'play', word: 'Running' }, 'person': { tone: 'vote', icon: 'person', word: 'Waits for person' }, 'ballot': { tone: 'vote', icon: 'diamond', word: 'Voting' },
  'retry': { tone: 'warn', icon: 'retry', word: 'Retrying' }, 'undo': { tone: 'undo', icon: 'undo', word: 'Undoing' }, 'earlier-steps': { tone: 'idle', icon: 'clock', word: 'Waiting' },
}
/** What a person needs to know first: why it stands still, else what it does. */
export const runMark = (run: Pick<RunSummary, 'status' | 'stuck' | 'waitKind' | 'inDoubt'>): Mark => {
  if (run.inDoubt && run.status !== 'completed') return { tone: 'bad', icon: 'help', word: 'In doubt' }
  if (run.stuck) return { tone: 'bad', icon: 'warn', word: 'Stuck' }
  if (run.status === 'running' && run.waitKind) return waitMarks[run.waitKind] ?? runMarks.running
  return runMarks[run.status] ?? unknownMark(run.status)
}
export const waitMark = (kind: WaitKind): Mark => waitMarks[kind] ?? unknownMark(kind)

const stepMarks: Record<StepStatus, Mark> = {
  'pending': { tone: 'idle', icon: 'clock', word: 'Not yet' }, 'dispatched': { tone: 'accent', icon: 'play', word: 'Running' }, 'retry-wait': { tone: 'warn', icon: 'retry', word: 'Retrying' },
  'input-wait': { tone: 'vote', icon: 'person', word: 'Waits for person' }, 'ballot-wait': { tone: 'vote', icon: 'diamond', word: 'Voting' }, 'done': { tone: 'ok', icon: 'check', word: 'Done' },
  'failed': { tone: 'bad', icon: 'cross', word: 'Failed' }, 'skipped': { tone: 'idle', icon: 'dash', word: 'Skipped' }, 'cancelled': { tone: 'idle', icon: 'dash', word: 'Cancelled' },
  'compensating': { tone: 'undo', icon: 'undo', word: 'Undoing' }, 'compensation-wait': { tone: 'undo', icon: 'clock', word: 'Undo waits' }, 'compensated': { tone: 'undo', icon: 'undo', word: 'Undone' },
  'compensation-failed': { tone: 'bad', icon: 'undo', word: 'Undo failed' },
}
export const stepMark = (status: StepStatus): Mark => stepMarks[status] ?? unknownMark(status)

/** Ballots have words of their own: a vetoed ballot did its work, it did not fail. */
export const ballotMark = (ballot: Pick<BallotSummary, 'status' | 'outcome' | 'option'> & Partial<Pick<BallotSummary, 'decidedBy' | 'people'>>): Mark => {
  if (ballot.status === 'voting') return { tone: 'vote', icon: 'diamond', word: 'Voting' }
  if (ballot.status === 'people') return { tone: 'warn', icon: 'person', word: 'Waits for people' }
  if (ballot.status === 'refused') return { tone: 'idle', icon: 'dash', word: 'Refused' }
  // How the voting ended is not how the ballot ended, where somebody else decided.
  if (ballot.decidedBy === 'people') return ballot.option === null ? { tone: 'warn', icon: 'person', word: `Turned down by ${people(ballot)}` } : { tone: 'ok', icon: 'person', word: `Decided by ${people(ballot)}` }
  if (ballot.decidedBy === 'arbiter' && ballot.option !== null) return { tone: 'ok', icon: 'check', word: 'Decided by the arbiter' }
  if (ballot.decidedBy === 'safe-option') return { tone: 'warn', icon: 'shield', word: 'Safe option taken' }
  const outcome = plain(ballot.outcome ?? '')
  return ballotOutcomes[outcome] ?? (ballot.option === null && outcome !== '' ? { tone: 'warn', icon: 'half', word: words(outcome) } : ballotOutcomes['decided'] ?? unknownMark('Decided'))
}
/** One person, or several who had to agree. */
export const people = (ballot: { people?: number | null }): string => (ballot.people ?? 1) > 1 ? 'people' : 'a person'
const ballotOutcomes: Record<string, Mark> = {
  'decided': { tone: 'ok', icon: 'check', word: 'Decided' }, 'vetoed': { tone: 'bad', icon: 'shield', word: 'Vetoed' }, 'split': { tone: 'warn', icon: 'half', word: 'Deadlocked' },
  'no-quorum': { tone: 'warn', icon: 'hourglass', word: 'No quorum' }, 'dissent-escalated': { tone: 'warn', icon: 'up', word: 'Escalated' }, 'open': { tone: 'vote', icon: 'diamond', word: 'Open' },
}
const effectMarks: Record<string, Mark> = {
  'open': { tone: 'accent', icon: 'play', word: 'Under way' }, 'accepted': { tone: 'accent', icon: 'clock', word: 'Accepted' }, 'succeeded': { tone: 'ok', icon: 'check', word: 'Succeeded' }, 'failed': { tone: 'bad', icon: 'cross', word: 'Failed' },
  'retryable': { tone: 'warn', icon: 'retry', word: 'Will be retried' }, 'unknown': { tone: 'warn', icon: 'help', word: 'Unknown' }, 'indoubt': { tone: 'bad', icon: 'help', word: 'In doubt' }, 'notdone': { tone: 'idle', icon: 'dash', word: 'Not done' }, 'givenup': { tone: 'idle', icon: 'dash', word: 'Given up' },
}
export const effectMark = (status: string): Mark => effectMarks[status.toLowerCase()] ?? unknownMark(words(status))
/** `NO_QUORUM`, `NoQuorum` and `no-quorum` are one word. */
export const plain = (name: string): string => (/[a-z]/.test(name) ? name.replaceAll(/([a-z])([A-Z])/g, '$1-$2') : name).replaceAll(/[_. ]/g, '-').toLowerCase()
export const letterMark = (state: LetterRow['state']): Mark => ({
  open: { tone: 'bad', icon: 'cross', word: 'Parked' }, retried: { tone: 'accent', icon: 'retry', word: 'Retried' }, discarded: { tone: 'idle', icon: 'dash', word: 'Discarded' }, superseded: { tone: 'idle', icon: 'chevron', word: 'Replaced' },
} satisfies Record<LetterRow['state'], Mark>)[state] ?? unknownMark(state)
export const operationMark = (status: Operation['status']): Mark => ({
  preview: { tone: 'idle', icon: 'search', word: 'Preview' }, running: { tone: 'accent', icon: 'play', word: 'Running' }, suspended: { tone: 'warn', icon: 'pause', word: 'Suspended' },
  done: { tone: 'ok', icon: 'check', word: 'Done' }, failed: { tone: 'bad', icon: 'cross', word: 'Failed' }, cancelled: { tone: 'idle', icon: 'dash', word: 'Cancelled' },
} satisfies Record<Operation['status'], Mark>)[status] ?? unknownMark(status)
/** `retry-wait` → `Retry wait`. */
export const words = (name: string): string => {
  const text = plain(name).replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
