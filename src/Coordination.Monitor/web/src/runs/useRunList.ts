import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { getJson, queryString } from '../api/client'
import type { QueryProblem, RunPage } from '../api/types'
import { onGap, onRunPatch } from '../live/start'
import { useTopic } from '../live/topics'
import { createRunStore, type RunStore } from './runStore'

export const pageSize = 200
const make = (q: string, sort: string): RunStore => createRunStore(after => getJson<RunPage>(`/runs${queryString({ q, sort, after, limit: pageSize })}`), q)

/** The list that is shown stays until the next one has its first page, so that changing a filter does not blink; and while the query cannot be read. */
export const useRunList = (q: string, sort: string) => {
  useTopic('runs')
  const [shown, setShown] = useState(() => ({ store: make(q, sort), q, sort }))
  const [round, setRound] = useState(0)
  const [refused, setRefused] = useState<{ q: string, problems: readonly QueryProblem[] } | null>(null)
  const first = useRef(true)
  useEffect(() => {
    const next = first.current ? shown : { store: make(q, sort), q, sort }
    first.current = false
    let current = true
    void next.store.more().then(() => {
      if (!current) return
      const { problems } = next.store.list()
      setRefused(problems.length > 0 ? { q, problems } : null)
      if (problems.length === 0) setShown(next)
    })
    return () => { current = false }
    // The shown store is only the first one's start; changes of it must not read again.
    // eslint-disable-next-line react/exhaustive-deps
  }, [q, sort, round])
  const { store } = shown
  useEffect(() => onRunPatch(store.patch), [store])
  useEffect(() => onGap(() => void store.refresh()), [store])
  const list = useSyncExternalStore(store.watchList, store.list)
  const problems = refused?.q === q ? refused.problems : list.problems
  return { store, list, /** Of which query the list is. */ of: shown.q, problems, waiting: problems.length === 0 && (shown.q !== q || shown.sort !== sort), reload: () => setRound(round + 1) }
}
