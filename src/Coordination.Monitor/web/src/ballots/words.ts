import type { BallotDetail, BallotSummary, DecisionView } from '../api/types'
import { people } from '../ui/marks'
import { revealedText } from '../ui/revealed'

// A map: a plain object also has what every object has.
const deciders = new Map([['votes', 'the voters'], ['arbiter', 'the arbiter'], ['safe-option', 'the rule, which took the safe option because the voters did not decide'], ['nobody', 'nobody']])

/** Who decided, for the middle of a sentence. */
export const decidedBy = (ballot: Pick<BallotSummary, 'decidedBy' | 'people'>): string =>
  ballot.decidedBy === 'people' ? people(ballot) : deciders.get(ballot.decidedBy ?? 'nobody') ?? revealedText(ballot.decidedBy ?? 'nobody')

/** The heading over a decision, the option left out: it is a stranger's word. */
export const decisionTitle = (decision: Pick<DecisionView, 'by' | 'option'>, several: boolean): string =>
  decision.option === null ? decision.by === 'people' ? `Turned down by ${several ? 'people' : 'a person'}: nothing may be done` : 'Ended without a decision: nothing may be done'
    : `Decided by ${decidedBy({ decidedBy: decision.by, people: several ? 2 : 1 })}: `

/** What an answer leads to; null where the server does not know. */
export const followsOf = (detail: Pick<BallotDetail, 'options' | 'noneFollows'>, option: string | null): string | null =>
  option === null ? detail.noneFollows : detail.options.find(item => item.name === option)?.follows ?? null

/** What the voters led to before anybody else decided. */
export const leadingOf = (detail: Pick<BallotDetail, 'rounds'>): string | null => detail.rounds.findLast(round => !round.arbiter && round.leading !== null)?.leading ?? null
