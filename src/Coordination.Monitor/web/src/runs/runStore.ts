import type { QueryClause, QueryProblem, RunPage, RunPatch, RunSummary } from '../api/types'
import { fits, parseQuery } from './queryText'

export interface RunList {
  order: readonly string[], next: string | null, asOf: string | null, loading: boolean, error: Error | null, problems: readonly QueryProblem[]
  /** Runs that came after the list was read; `some` when only the server could say whether they match. */ arrived: number, some: boolean
}
const nothing: RunList = { order: [], next: null, asOf: null, loading: false, error: null, problems: [], arrived: 0, some: false }

export interface RunStore {
  row: (id: string) => RunSummary | undefined
  /** It changed since the list was read so that it no longer matches; it stays until the list is read again. */ left: (id: string) => boolean
  watchRow: (id: string, listener: () => void) => () => void
  list: () => RunList
  watchList: (listener: () => void) => () => void
  patch: (patch: RunPatch) => void
  more: () => Promise<void>
  /** Which rows are on the screen, so that a refresh reads those. */ look: (from: number, to: number) => void
  /** Reads the newest state of what is looked at, without changing the order. */ refresh: () => Promise<void>
}

/**
 * Rows by id, the order pinned as it was read. A row tells only those who watch it, so a hundred changes a second render the few rows that are seen.
 * A plain store: a query cache would read all pages again for one changed row.
 */
export const createRunStore = (read: (after: string | null) => Promise<RunPage>, query: string): RunStore => {
  const clauses: QueryClause[] = parseQuery(query)
  const rows = new Map<string, RunSummary>()
  const gone = new Set<string>()
  const unknown = new Set<string>()
  const rowListeners = new Map<string, Set<() => void>>()
  const listListeners = new Set<() => void>()
  let list = nothing
  let reading: Promise<void> | null = null
  const pages: { after: string | null, start: number }[] = []
  let seen = { from: 0, to: 0 }

  const setList = (change: Partial<RunList>) => {
    list = { ...list, ...change }
    for (const listener of listListeners) listener()
  }
  const put = (row: RunSummary): boolean => {
    const held = rows.get(row.runId)
    if (held && row.version <= held.version) return false
    rows.set(row.runId, row)
    if (held) {
      if (fits(row, clauses) === false) gone.add(row.runId)
      else gone.delete(row.runId)
    }
    rowListeners.get(row.runId)?.forEach(listener => listener())
    return true
  }
  const load = async (after: string | null, append: boolean) => {
    setList({ loading: true, error: null })
    try {
      const page = await read(after)
      const known = new Set(append ? list.order : [])
      for (const row of page.rows) put(row)
      pages.push({ after, start: list.order.length })
      const fresh = page.rows.map(row => row.runId).filter(id => !known.has(id))
      setList({ order: append ? list.order.concat(fresh) : fresh, next: page.next, asOf: append ? list.asOf : page.asOf, problems: page.problems, loading: false })
    } catch (error) {
      setList({ loading: false, error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  return {
    row: id => rows.get(id),
    left: id => gone.has(id),
    watchRow: (id, listener) => {
      const set = rowListeners.get(id) ?? new Set()
      rowListeners.set(id, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0 && rowListeners.get(id) === set) rowListeners.delete(id)
      }
    },
    list: () => list,
    watchList: listener => {
      listListeners.add(listener)
      return () => { listListeners.delete(listener) }
    },
    patch: patch => {
      let { arrived, some } = list
      for (const row of patch.rows) {
        if (rows.has(row.runId)) put(row)
        else if (list.asOf !== null && row.startedAt > list.asOf && !unknown.has(row.runId)) {
          const fit = fits(row, clauses)
          if (fit === false) continue
          unknown.add(row.runId)
          arrived += 1
          some ||= fit === null
        }
      }
      if (arrived !== list.arrived || some !== list.some) setList({ arrived, some })
    },
    more: () => {
      if (reading) return reading
      if (list.asOf !== null && list.next === null) return Promise.resolve()
      reading = load(list.next, list.asOf !== null).finally(() => { reading = null })
      return reading
    },
    look: (from, to) => { seen = { from, to } },
    refresh: async () => {
      // Rows may have moved to another page meanwhile, so what is read is matched by id, and what is not found stays as it was.
      const shown = pages.filter(({ start }, index) => start <= seen.to && (pages[index + 1]?.start ?? Infinity) > seen.from)
      for (const page of await Promise.all(shown.map(({ after }) => read(after).catch(() => null)))) for (const row of page?.rows ?? []) if (rows.has(row.runId)) put(row)
    },
  }
}
