import type { RunSummary } from '../api/types'

/** How many of the runs can be cancelled, and why none can. */
export const cancelling = (runs: readonly (RunSummary | undefined)[]): { open: number, why: string | undefined } => {
  const open = runs.filter(run => run?.endedAt === null).length
  return { open, why: open > 0 ? undefined : runs.length === 1 ? `It has ended: ${runs[0]?.status ?? 'gone'}.` : 'All of them have ended.' }
}
