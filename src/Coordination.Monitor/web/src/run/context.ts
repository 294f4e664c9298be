import { createContext, use } from 'react'
import type { RunDetail } from '../api/types'

export interface RunContext { id: string, topic: string, /** The moment chosen on the slider; null is now. */ at: number | null, setAt: (seq: number | null) => void, /** When that was. */ moment: string | null, detail: RunDetail }
export const RunValue = createContext<RunContext | null>(null)
export const useRun = (): RunContext => {
  const value = use(RunValue)
  if (!value) throw new Error('Outside of a run page.')
  return value
}
/** The same reading as of the moment chosen; the server leaves out what came later. */
export const asOf = (path: string, at: number | null): string => at === null ? path : `${path}${path.includes('?') ? '&' : '?'}at=${at}`
