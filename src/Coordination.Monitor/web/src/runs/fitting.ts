export interface Sized { width: string, worth: number }

/** The box to tick, and what is left and right of a row. */
const besides = 32 + 30
export const never = 9

const leastOf = (column: Sized): number => Number(/(\d+)px/.exec(column.width)?.[1] ?? 0)
/** Pixels so many columns need at least. */
export const leastWidth = (columns: readonly Sized[]): number => besides + columns.reduce((sum, column) => sum + leastOf(column), 0)

/** Leaves columns out, the one of the least worth first, until the rest has room: a column that is cut off at the edge is not noticed. */
export const fitting = <T extends Sized>(columns: readonly T[], width: number): readonly T[] => {
  if (width <= 0) return columns
  let shown = columns
  while (leastWidth(shown) > width) {
    const least = shown.reduce<T | null>((low, column) => column.worth < never && (low === null || column.worth <= low.worth) ? column : low, null)
    if (least === null) break
    shown = shown.filter(column => column !== least)
  }
  return shown
}
