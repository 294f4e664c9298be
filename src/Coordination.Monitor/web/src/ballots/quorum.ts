import type { RoundView } from '../api/types'

export interface QuorumPart { option: string, value: number, share: number, leading: boolean }
export interface Quorum { parts: readonly QuorumPart[], /** Share of the whole at which the line stands; null where the rule has none. */ line: number | null, abstained: number, missing: number, reached: string | null, /** For a number of them. */ unit: (value: number) => string }

/** The bar is the whole electorate: what is not coloured has not spoken or does not count. */
export const quorumOf = (round: RoundView): Quorum => {
  const value = (tally: RoundView['tally'][number]) => round.inHeads ? tally.votes : tally.weight
  const sum = round.tally.reduce((total, tally) => total + value(tally), 0)
  const whole = Math.max(round.whole, sum, Number.EPSILON)
  const parts = round.tally.filter(tally => value(tally) > 0).map(tally => ({ option: tally.option, value: value(tally), share: value(tally) / whole, leading: tally.option === round.leading })).toSorted((a, b) => Number(b.leading) - Number(a.leading) || b.value - a.value)
  const { needed } = round
  return { parts, line: needed === null ? null : Math.min(1, needed / whole), abstained: round.abstained, missing: round.missing, reached: needed === null ? null : parts.find(part => part.value >= needed)?.option ?? null, unit: value => round.inHeads ? value === 1 ? 'vote' : 'votes' : 'weight' }
}
export const amount = (value: number, inHeads: boolean): string => inHeads ? String(value) : value.toFixed(2)
