import { useSyncExternalStore, type ReactNode } from 'react'
import type { OperationKind, OperationParameters, OperationSelect, OperationTarget } from '../api/types'

/** What a person set out to do; the dialog asks for the rest. */
export interface Intent {
  kind: OperationKind, targets?: OperationTarget[], select?: OperationSelect, parameters?: OperationParameters
  /** What it is done to, in a few words. */ about?: ReactNode
  /** The words of a `run.answer`. */ options?: readonly string[] | null
  /** The result of an effect that happened looks like this. */ example?: string | null
  reason?: string
  onDone?: () => void
}
let current: Intent | null = null
const listeners = new Set<() => void>()
const set = (next: Intent | null) => {
  current = next
  for (const listener of listeners) listener()
}
export const operate = (intent: Intent): void => set(intent)
export const closeIntent = (): void => set(null)
export const useIntent = (): Intent | null => useSyncExternalStore(listener => {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}, () => current)
