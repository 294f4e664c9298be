import type { OperationKind, OperationRequest } from '../api/types'

interface KindWords { verb: string, /** What will happen, before the dry run says it exactly. */ says: string, danger?: boolean, reason?: boolean }
export const kinds: Record<OperationKind, KindWords> = {
  'run.cancel': { verb: 'Cancel run', says: 'Steps under way are stopped, what was done is undone where an undo exists, and the run ends as cancelled. It cannot be taken up again.', danger: true, reason: true },
  'run.answer': { verb: 'Answer question', says: 'The step that asked goes on with your answer as its input.' },
  'effect.resolve': { verb: 'Resolve effect', says: 'Nobody knows whether this effect took place. What you say is recorded as the truth and the run goes on from it.', reason: true },
  'ballot.answer': { verb: 'Answer ballot', says: 'Your answer counts as the word of a person. When enough people agree, the ballot is decided.' },
  'ballot.report': { verb: 'Report outcome', says: 'The voters are judged by what turned out right. Their calibration, and so the weight of their next votes, changes.' },
  'ballot.cancel': { verb: 'Cancel ballot', says: 'The ballot ends without a decision and the step that asked for it is told so.', danger: true, reason: true },
  'timer.move': { verb: 'Move timer', says: 'The message is sent at the new time instead.', reason: true },
  'timer.cancel': { verb: 'Cancel timer', says: 'The message is never sent. What waits for it waits for something else, or for ever.', danger: true, reason: true },
  'dead-letter.retry': { verb: 'Retry', says: 'The message goes back to where it failed and is handled again. The parked letter is marked as retried and kept.' },
  'dead-letter.edit': { verb: 'Edit and retry', says: 'A new version of the message takes the place of this one. The original is kept, unchanged, in the history.', reason: true },
  'dead-letter.discard': { verb: 'Discard', says: 'The message will not be handled. The run it belongs to is not told and may wait until its deadline.', danger: true, reason: true },
}
export const isBulk = (request: Pick<OperationRequest, 'select' | 'targets'>): boolean => request.select !== undefined || (request.targets?.length ?? 0) > 1
export const needsReason = (request: OperationRequest): boolean => kinds[request.kind].reason === true || isBulk(request)
