import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { ApiError, getJson } from './client'
import type { Me } from './types'

/**
 * The first member of every query key is the live topic that makes it stale, so what is shown decides what is subscribed to (live/topics.ts).
 * `still` belongs to no topic.
 */
export const still = 'still'

const retryable = (error: Error): boolean => !(error instanceof ApiError) || error.status === 0 || error.status >= 500

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always', staleTime: 2_000, gcTime: 5 * 60_000, refetchOnWindowFocus: false, refetchOnReconnect: false,
      retry: (count, error) => count < 1 && retryable(error), retryDelay: 400,
    },
  },
})

export interface ApiOptions { enabled?: boolean, keep?: boolean, staleTime?: number }

export const useApi = <T>(topic: string, path: string, { enabled = true, keep = false, staleTime }: ApiOptions = {}): UseQueryResult<T, Error> =>
  useQuery<T, Error>({ queryKey: [topic, path], queryFn: ({ signal }) => getJson<T>(path, signal), enabled, placeholderData: keep ? keepPreviousData : undefined, ...(staleTime === undefined ? {} : { staleTime }) })

/** Keyset pages; `path` already has its filter, `after` and `limit` are added here. */
export const usePages = <P extends { rows: unknown[], next: string | number | null }>(topic: string, path: string, enabled = true) =>
  useInfiniteQuery({
    queryKey: [topic, path, 'pages'], enabled, initialPageParam: null as string | number | null, placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => getJson<P>(`${path}${path.includes('?') ? '&' : '?'}limit=100${pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`}`, signal),
    getNextPageParam: (page: P) => page.next,
  })

export const useMe = () => useApi<Me>(still, '/me', { staleTime: 5 * 60_000 })
export const hasRole = (me: Me | undefined, role: Me['roles'][number]): boolean => me?.roles.includes(role) === true || (role !== 'payload-reader' && me?.roles.includes('admin') === true)
