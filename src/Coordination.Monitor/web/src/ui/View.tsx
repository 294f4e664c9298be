import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { ApiError } from '../api/client'
import { Button } from './Button'
import { CopyButton } from './Copy'
import { Icon, type IconName } from './Icon'
import { useNow } from './ticker'
import { When } from './Time'
import { Untrusted } from './Untrusted'
import { serverNow } from '../live/store'
import css from './view.module.css'

/** Only after 150 ms: what comes at once must not flash. */
export const Loading = ({ rows = 6, label = 'Loading' }: { rows?: number, label?: string }) => {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return shown ? <div className={css.skeleton} role="status" aria-label={label}>{Array.from({ length: rows }, (_, index) => <div key={index} style={{ width: `${92 - index * 17 % 48}%` }} />)}</div> : null
}

export const Empty = ({ title, children, icon = 'check' }: { title: string, children?: ReactNode, icon?: IconName }) => (
  <div className={css.empty} data-testid="empty"><Icon name={icon} size={20} /><p className={css.emptyTitle}>{title}</p>{children && <div className={css.emptyText}>{children}</div>}</div>
)

const roleNames: Record<string, string> = { 'viewer': 'viewer', 'operator': 'operator', 'approver': 'approver', 'admin': 'administrator', 'payload-reader': 'payload reader' }

export const ErrorPanel = ({ error, retry, what }: { error: Error, retry?: () => void, what?: string }) => {
  const problem = error instanceof ApiError ? error.problem : null
  if (problem?.status === 403) return (
    <div className={css.problem} data-tone="warn" role="alert" data-testid="forbidden"><Icon name="lock" size={18} />
      <div className="stack"><h2>You may not see {what ?? 'this'}</h2>
        <p>{problem.missingRole ? <>It needs the role <strong>{roleNames[problem.missingRole] ?? problem.missingRole}</strong>. Ask whoever administers this monitor.</> : problem.detail}</p></div></div>
  )
  if (problem?.status === 404 || problem?.status === 410) return (
    <div className={css.problem} data-tone="idle" role="alert" data-testid="gone"><Icon name="search" size={18} />
      <div className="stack"><h2>{problem.status === 410 ? 'It is gone' : 'There is no such thing'}</h2><p>{problem.detail ?? 'It may have been removed after its retention, or the link is incomplete.'}</p></div></div>
  )
  return (
    <div className={css.problem} data-tone="bad" role="alert" data-testid="error"><Icon name="warn" size={18} />
      <div className="stack">
        <h2>{what ? `Could not read ${what}` : problem?.title ?? 'Something went wrong on this page'}</h2>
        <p><Untrusted text={what && problem ? `${problem.title}${problem.detail ? `: ${problem.detail}` : ''}` : error.message} /></p>
        <div className="row">
          {retry && <Button icon="retry" onClick={retry}>Try again</Button>}
          {problem?.traceId && <span className="row muted">Trace <code>{problem.traceId}</code><CopyButton text={problem.traceId} what="trace id" /></span>}
        </div>
      </div>
    </div>
  )
}

const staleRetryMs = 10_000
/** Old data is better than none, as long as it says how old it is. */
export const Stale = ({ error, since, retry }: { error: Error, since: number, retry: () => void }) => {
  const client = useQueryClient()
  // A page often has several readings, which failed together: one press reads them all again.
  const retryAll = () => void client.refetchQueries({ type: 'active', predicate: query => query.state.error !== null })
  const now = useNow()
  const next = useRef(serverNow() + staleRetryMs)
  useEffect(() => {
    if (now < next.current) return
    next.current = now + staleRetryMs
    retry()
  }, [now, retry])
  // eslint-disable-next-line react/refs -- the countdown is rendered by the clock, which is what changes it
  const left = Math.ceil((next.current - now) / 1_000)
  return (
    <div className={css.stale} role="status" data-testid="stale"><Icon name="clock" />
      <span className="grow">Shown as of {since > 0 ? <When at={new Date(since).toISOString()} clock /> : 'before'}. {error.message}</span><span className="muted">again in {Math.max(0, left)} s</span><Button small onClick={retryAll}>Try now</Button></div>
  )
}

type Readable<T> = Pick<UseQueryResult<T, Error>, 'data' | 'error' | 'isPending' | 'dataUpdatedAt'> & { refetch: () => unknown }
/** The states every view has, so that no page forgets one. */
export const View = <T,>({ query, what, rows, children }: { query: Readable<T>, what: string, rows?: number, children: (data: T) => ReactNode }) => {
  if (query.data !== undefined) return <>
    {query.error && <Stale error={query.error} since={query.dataUpdatedAt} retry={query.refetch} />}
    <div className={query.error ? css.dimmed : undefined}>{children(query.data)}</div>
  </>
  if (query.error) return <ErrorPanel error={query.error} retry={query.refetch} what={what} />
  return query.isPending ? <Loading rows={rows} label={`Loading ${what}`} /> : null
}

export const More = ({ query, shown }: { query: { hasNextPage: boolean, isFetchingNextPage: boolean, fetchNextPage: () => unknown }, shown: number }) =>
  query.hasNextPage ? <div className={css.more}><span className="muted">Showing the first {shown.toLocaleString('en-US')}</span><Button small onClick={query.fetchNextPage}>{query.isFetchingNextPage ? 'Reading…' : 'Show more'}</Button></div> : null
