import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useEffect, useRef, type KeyboardEvent } from 'react'
import { getJson, queryString } from '../api/client'
import { useApi } from '../api/queries'
import type { EventPage, RunEvent, StateChange, StepStateView } from '../api/types'
import { Chip, Tag } from '../ui/Chip'
import control from '../ui/control.module.css'
import { Id } from '../ui/Copy'
import { plural } from '../ui/format'
import { Linked } from '../ui/Linked'
import { runMarks, stepMark, unknownMark, words } from '../ui/marks'
import { Facts } from '../ui/Page'
import { prefsNow } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, ErrorPanel, Loading, View } from '../ui/View'
import { useRun } from './context'
import css from './run.module.css'
import { eventWords, fieldName, fieldValue, isUndo } from './words'

const Events = ({ current, pick }: { current: number, pick: (seq: number) => void }) => {
  const { id, topic, at } = useRun()
  const [find, setFind] = useParam('find')
  const q = useDeferredValue(find)
  const query = useInfiniteQuery({
    queryKey: [topic, `/runs/${id}/events`, q], initialPageParam: 0, placeholderData: old => old,
    queryFn: ({ pageParam, signal }) => getJson<EventPage>(`/runs/${id}/events${queryString({ after: pageParam || null, limit: 200, q })}`, signal), getNextPageParam: (page: EventPage) => page.next,
  })
  const rows: readonly RunEvent[] = query.data?.pages.flatMap(page => page.rows) ?? []
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => 34, overscan: 12 })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => { if (hasNextPage && !isFetchingNextPage && last > rows.length - 60) void fetchNextPage() }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  const index = rows.findIndex(row => row.seq === current)
  useEffect(() => { if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' }) }, [index, virtual])
  const onKey = (event: KeyboardEvent) => {
    const single = prefsNow().shortcuts
    const step = event.key === 'ArrowDown' || single && event.key === 'j' ? 1 : event.key === 'ArrowUp' || single && event.key === 'k' ? -1 : 0
    const to = event.key === 'Home' ? rows[0] : event.key === 'End' ? rows.at(-1) : step ? rows[Math.max(0, Math.min(rows.length - 1, index + step))] : undefined
    if (!to) return
    event.preventDefault()
    pick(to.seq)
  }
  return <div className="stack" style={{ gap: 8 }}>
    <input type="search" className={control.input} aria-label="Search events" placeholder="Search events…" value={find} onChange={event => setFind(event.target.value)} />
    {query.error && <ErrorPanel error={query.error} retry={() => void query.refetch()} what="the events" />}
    {query.isPending ? <Loading /> : rows.length === 0 ? <Empty icon="search" title={q ? 'No event fits' : 'No event yet'} /> : (
      <div ref={scroller} className={css.events} role="listbox" aria-label="Events" tabIndex={0} data-row aria-activedescendant={index >= 0 ? `event-${current}` : undefined} onKeyDown={onKey} data-testid="events">
        <div className={css.eventRows} style={{ height: virtual.getTotalSize() }} role="presentation">{items.map(item => {
          const row = rows[item.index]
          // The list owns the keys.
          return row && <div key={row.seq} id={`event-${row.seq}`} role="option" tabIndex={-1} aria-selected={row.seq === current} data-later={at !== null && row.seq > current || undefined} className={css.event} style={{ transform: `translateY(${item.start}px)` }} onClick={() => pick(row.seq)} onKeyDown={() => {}}>
            <code className="muted num">{row.seq}</code><span className="truncate"><b>{eventWords(row.event)}</b> {row.stepId && <span className="muted"><Untrusted text={row.stepId} line />{row.attempt !== null && row.attempt > 1 && !isUndo(row.event) ? ` ↻${row.attempt}` : ''}</span>}</span><span className="muted"><When at={row.at} clock ms /></span>
          </div>
        })}</div>
      </div>)}
    <span className="muted">{query.data?.pages[0]?.total ?? 0} events · j and k, or the arrows, go through them</span>
  </div>
}

// What is waited for is the server's words; a reason is its sender's, and leads nowhere.
const cell = (before: string | number | null | undefined, after: string | number | null | undefined, Said: typeof Linked | typeof Untrusted = Untrusted) => before === undefined || before === after ? <Said text={after === null || after === undefined ? '' : String(after)} none="–" /> : <><span className={css.before}><Said text={before === null ? '' : String(before)} none="nothing" /></span> <span className={css.after}>→ <Said text={after === null || after === undefined ? '' : String(after)} none="nothing" /></span></>
const saidOf = (path: string) => path.endsWith('.waitingOn') ? Linked : Untrusted

const Field = ({ path }: { path: string }) => {
  const { step, field } = fieldName(path)
  return <span title={revealedText(path)}>{step !== null && <><Untrusted text={step} line /> · </>}<Untrusted text={field} line /></span>
}

const Change = ({ change }: { change: StateChange }) => {
  const before = new Map(change.before?.steps.map(step => [step.stepId, step]))
  const touched = (step: StepStateView): boolean => JSON.stringify(before.get(step.stepId)) !== JSON.stringify(step)
  return <div className="stack">
    <div className="row"><h2>{eventWords(change.event)}</h2><Tag>event {change.seq}</Tag><When at={change.at} ms /></div>
    <Facts items={[['Run', <span className="row">{change.before && change.before.status !== change.after.status && <><Chip mark={runMarks[change.before.status] ?? unknownMark(change.before.status)} />→</>}<Chip mark={runMarks[change.after.status] ?? unknownMark(change.after.status)} /></span>], change.after.reason !== null && ['Reason', <Untrusted text={change.after.reason} />]]} />
    <div><h3 style={{ marginBottom: 6 }}>What changed</h3>
      {change.changes.length === 0 ? <p className="muted">Nothing in the state; the event was only recorded.</p> : <Table label="Changed fields" testId="changes" rows={change.changes} id={row => row.path} columns={[{ key: 'path', head: 'Field', cell: row => <Field path={row.path} /> }, { key: 'before', head: 'Before', cell: row => { const Said = saidOf(row.path); return <span className={css.before}><Said text={fieldValue(row.path, row.before)} none="nothing" /></span> } }, { key: 'after', head: 'After', wide: true, cell: row => { const Said = saidOf(row.path); return <span className={css.after}><Said text={fieldValue(row.path, row.after)} none="nothing" /></span> } }]} />}</div>
    <div><h3 style={{ marginBottom: 6 }}>State after it</h3>
      <Table label="State of the steps after the event" rows={change.after.steps} id={row => row.stepId} tone={row => touched(row) ? 'warn' : undefined} columns={[
        { key: 'step', head: 'Step', cell: row => <>{touched(row) && <><Tag tone="warn">changed</Tag> </>}<Untrusted text={row.stepId} line /></> },
        { key: 'status', head: 'State', cell: row => <span className="row" style={{ gap: 4 }}>{before.get(row.stepId) && before.get(row.stepId)?.status !== row.status && <><Chip mark={stepMark(before.get(row.stepId)?.status ?? 'pending')} />→</>}<Chip mark={stepMark(row.status)} /></span> },
        { key: 'attempt', head: 'Attempt', align: 'end', cell: row => <>{cell(before.get(row.stepId)?.attempt, row.attempt)}{row.undoAttempts > 0 && <div className="muted">{plural(row.undoAttempts, 'try', 'tries')} to undo</div>}</> }, { key: 'reason', head: 'Reason', cell: row => cell(before.get(row.stepId)?.reason, row.reason) }, { key: 'waits', head: 'Waits for', cell: row => cell(before.get(row.stepId)?.waitingOn, row.waitingOn, Linked) },
      ]} /></div>
  </div>
}

export const StateTab = () => {
  const { id, topic, at, setAt, detail } = useRun()
  const seq = at ?? detail.lastSeq
  const change = useApi<StateChange>(topic, `/runs/${id}/state?seq=${seq}`, { keep: true })
  const events = useApi<EventPage>(topic, `/runs/${id}/events?after=${Math.max(0, seq - 1)}&limit=1`, { keep: true })
  const event = events.data?.rows.find(row => row.seq === seq)
  return <div className={css.state}>
    <Events current={seq} pick={setAt} />
    <View query={change} what="the state">{data => <div className="stack"><Change change={data} />
      {event && <div><h3 style={{ marginBottom: 6 }}>The event</h3><Facts items={[['Message', <Id id={event.messageId} what="message id" />], event.causationId !== null && ['Because of', <Id id={event.causationId} what="message id" />], ...Object.entries(event.detail).map(([name, value]) => [words(name), name === 'ballot' ? <Linked text={`ballot ${value}`} words={value} /> : <Untrusted text={value} />] as const)]} /></div>}
    </div>}</View>
  </div>
}
