import { expect, it } from 'vitest'
import type { RunSummary } from '../api/types'
import { cancelling } from './selection'

const ended = { status: 'completed', endedAt: '2026-11-27T12:00:00Z' } as RunSummary
const open = { status: 'running', endedAt: null } as RunSummary

it('cancels what has not ended, and says why nothing can be', () => {
  expect(cancelling([ended, open, open])).toEqual({ open: 2, why: undefined })
  expect(cancelling([ended, ended])).toEqual({ open: 0, why: 'All of them have ended.' })
  expect(cancelling([ended])).toEqual({ open: 0, why: 'It has ended: completed.' })
})
