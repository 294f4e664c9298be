import { expect, it } from 'vitest'
import { newKey, submissionKeys } from './submit'

it('gives a retry of the same submission the same key, and another one another', () => {
  const keyOf = submissionKeys()
  const key = keyOf({ kind: 'run.cancel', reason: 'a' })
  expect(keyOf({ kind: 'run.cancel', reason: 'a' })).toBe(key)
  expect(keyOf({ kind: 'run.cancel', reason: 'b' })).not.toBe(key)
  expect(newKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
