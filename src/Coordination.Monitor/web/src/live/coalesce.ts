/** Collects keys and hands them on at once when quiet, at most every `everyMs` under load. */
export const coalesce = (everyMs: number, flush: (keys: ReadonlySet<string>) => void, clock: () => number = Date.now) => {
  let pending = new Set<string>()
  let last = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  const run = () => {
    timer = undefined
    last = clock()
    const keys = pending
    pending = new Set()
    flush(keys)
  }
  return (key: string) => {
    pending.add(key)
    if (timer === undefined) timer = setTimeout(run, Math.max(0, last + everyMs - clock()))
  }
}
