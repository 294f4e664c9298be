import { useCallback } from 'react'
import { useLocation, useSearch } from 'wouter'

/** One member of the query string. Everything a person can choose is there, so that every view is a link. */
export const useParams = (): [URLSearchParams, (change: Record<string, string | null>, push?: boolean) => void] => {
  const search = useSearch()
  const [location, navigate] = useLocation()
  const set = useCallback((change: Record<string, string | null>, push = false) => {
    // Read at the time of the change: two changes in one handler must not undo each other.
    const next = new URLSearchParams(globalThis.location.search)
    for (const [name, value] of Object.entries(change)) {
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
    }
    const text = next.toString()
    navigate(`${location}${text ? `?${text}` : ''}`, { replace: !push })
  }, [location, navigate])
  return [new URLSearchParams(search), set]
}
export const useParam = (name: string): [string, (value: string | null, push?: boolean) => void] => {
  const [params, set] = useParams()
  return [params.get(name) ?? '', useCallback((value, push) => set({ [name]: value }, push), [name, set])]
}
