import { expect, it } from 'vitest'
import type { RoundView } from '../api/types'
import { quorumOf } from './quorum'

const round = (more: Partial<RoundView>): RoundView => ({ round: 1, asked: 5, outcome: '', leading: null, arbiter: false, deadlinePassed: false, tally: [], abstained: 0, missing: 0, whole: 4, needed: 2.4, inHeads: false, explanation: [], ...more })

it('is the whole electorate, the leading option first, with the line where it is reached', () => {
  const quorum = quorumOf(round({ leading: 'no', tally: [{ option: 'yes', weight: 1, votes: 2 }, { option: 'no', weight: 2.5, votes: 1 }] }))
  expect(quorum.parts.map(part => [part.option, part.share])).toEqual([['no', 0.625], ['yes', 0.25]])
  expect([quorum.line, quorum.reached]).toEqual([0.6, 'no'])
})
it('counts heads where the rule does, and has no line where the rule has none', () => {
  const quorum = quorumOf(round({ inHeads: true, whole: 5, needed: null, tally: [{ option: 'yes', weight: 9, votes: 2 }] }))
  expect([quorum.parts[0]?.share, quorum.line, quorum.reached]).toEqual([0.4, null, null])
})
it('speaks of one vote and of several', () => {
  const { unit } = quorumOf(round({ inHeads: true }))
  expect([unit(1), unit(2), quorumOf(round({})).unit(1)]).toEqual(['vote', 'votes', 'weight'])
})
it('does not divide by nothing', () => expect(quorumOf(round({ whole: 0 })).parts).toEqual([]))
