import { expect, it } from 'vitest'
import { ballotMark, effectMark, plain, runMark, words } from './marks'

it('reads a name in any of its spellings', () => {
  expect(['NO_QUORUM', 'NoQuorum', 'no-quorum', 'no quorum'].map(plain)).toEqual(Array.from({ length: 4 }, () => 'no-quorum'))
  expect(words('retry-wait')).toBe('Retry wait')
})
it('never takes an effect that was not done for one that was', () => {
  expect([effectMark('notdone').word, effectMark('notdone').tone, effectMark('indoubt').tone, effectMark('succeeded').tone, effectMark('new-one').word]).toEqual(['Not done', 'idle', 'bad', 'ok', 'New one'])
})
it('has words of their own for ballots', () => {
  expect(ballotMark({ status: 'decided', outcome: 'vetoed', option: null }).word).toBe('Vetoed')
  expect(ballotMark({ status: 'decided', outcome: 'SPLIT', option: null }).word).toBe('Deadlocked')
  expect(ballotMark({ status: 'decided', outcome: 'decided', option: 'approve' }).word).toBe('Decided')
  expect(ballotMark({ status: 'people', outcome: 'vetoed', option: null }).word).toBe('Waits for people')
})
it('says first why a run stands still', () => {
  const run = { status: 'running', stuck: null, waitKind: 'ballot', inDoubt: false } as const
  expect([runMark(run).word, runMark({ ...run, stuck: 'no worker' }).word, runMark({ ...run, inDoubt: true }).word, runMark({ ...run, status: 'failed' }).word]).toEqual(['Voting', 'Stuck', 'In doubt', 'Failed'])
})
