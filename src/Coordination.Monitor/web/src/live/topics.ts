import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

const extra = new Map<string, number>()
let recount = () => {}

/** For what is live without being a query: the list of runs keeps its own rows. */
export const useTopic = (topic: string): void => useEffect(() => {
  extra.set(topic, (extra.get(topic) ?? 0) + 1)
  recount()
  return () => {
    const left = (extra.get(topic) ?? 1) - 1
    if (left > 0) extra.set(topic, left)
    else extra.delete(topic)
    recount()
  }
}, [topic])

/** The topics of everything on the screen: the first member of the keys of all observed queries. */
export const watchTopics = (client: QueryClient, changed: (topics: string[]) => void): void => {
  let last = ''
  let queued = false
  const count = () => {
    queued = false
    const shown = client.getQueryCache().getAll().filter(query => query.getObserversCount() > 0).map(query => String(query.queryKey[0]))
    const topics = [...new Set([...shown, ...extra.keys()])].filter(topic => topic !== 'still').toSorted()
    if (topics.join() === last) return
    last = topics.join()
    changed(topics)
  }
  recount = () => {
    if (queued) return
    queued = true
    setTimeout(count, 30)
  }
  client.getQueryCache().subscribe(event => { if (event.type === 'observerAdded' || event.type === 'observerRemoved') recount() })
  changed([])
  recount()
}
