import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react'
import { useLocation } from 'wouter'
import { copyText } from '../ui/Copy'
import { Icon } from '../ui/Icon'
import { inSequence, mayActOnKey } from '../ui/keys'
import { prefsNow, usePrefs } from '../ui/prefs'
import { runMark } from '../ui/marks'
import { revealedText } from '../ui/revealed'
import type { RunColumn } from './columns'
import { leastWidth } from './fitting'
import css from './runs.module.css'
import type { RunList, RunStore } from './runStore'

/** What the bar of the selection covers at the end of the list. */
const barHeight = 52
const rowHeight = { compact: 28, normal: 34, roomy: 44 } as const

interface RowProps { store: RunStore, id: string, index: number, top: number, height: number, columns: readonly RunColumn[], template: string, selected: boolean, active: boolean, open: boolean, act: (what: 'select' | 'peek' | 'focus' | 'range', index: number, id: string) => void }

const RunRow = memo(function RunRow({ store, id, index, top, height, columns, template, selected, active, open, act }: RowProps) {
  const run = useSyncExternalStore(useCallback(listener => store.watchRow(id, listener), [store, id]), () => store.row(id))
  const state = useRef<HTMLDivElement>(null)
  const row = useRef<HTMLDivElement>(null)
  // One row at a time is in the order of Tab, with what can be pressed in it.
  useEffect(() => row.current?.querySelectorAll<HTMLElement>('a, button').forEach(one => { one.tabIndex = active ? 0 : -1 }))
  const word = run ? runMark(run).word : ''
  const before = useRef({ word, at: 0 })
  useEffect(() => {
    // Four steps: a smooth fade would paint the page sixty times a second. Only for cause and effect, and at most once in two seconds: a list that flickers cannot be read.
    if (before.current.word !== word && Date.now() - before.current.at > 2_000 && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      state.current?.animate([{ background: 'var(--accent-tint)' }, { background: 'transparent' }], { duration: 600, easing: 'steps(4, jump-end)' })
      before.current.at = Date.now()
    }
    before.current.word = word
  }, [word])
  if (!run) return null
  const left = store.left(id)
  return (
    // The grid owns the keys; a row is only its focus stop.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div ref={row} role="row" id={`run-${id}`} data-row-id={id} aria-rowindex={index + 2} aria-selected={selected} data-open={open || undefined} data-left={left || undefined} title={left ? 'No longer matches; it stays until the list is read again' : undefined}
      tabIndex={active ? 0 : -1} className={css.row} data-copy={id} style={{ transform: `translateY(${top}px)`, height, gridTemplateColumns: template }} onFocus={() => act('focus', index, id)}
      onClick={event => { if (!(event.target as HTMLElement).closest('a, button, input')) act('peek', index, id) }}>
      <div role="gridcell" className={css.cell}><input type="checkbox" className={css.box} tabIndex={-1} checked={selected} aria-label={`Select run ${revealedText(run.name)}`} onChange={() => {}} onClick={event => act(event.shiftKey ? 'range' : 'select', index, id)} /></div>
      {columns.map(column => <div key={column.key} ref={column.key === 'state' ? state : undefined} role="gridcell" className={`${css.cell} ${column.end ? css.end : ''}`}>{column.cell(run)}</div>)}
    </div>
  )
})

export interface GridProps {
  store: RunStore, list: RunList, columns: readonly RunColumn[], total: number | null, sort: string, onSort: (sort: string) => void
  selected: ReadonlySet<string>, onSelect: (selected: ReadonlySet<string>) => void, open: string, onOpen: (id: string | null) => void, dimmed: boolean
}

export const RunGrid = ({ store, list, columns, total, sort, onSort, selected, onSelect, open, onOpen, dimmed }: GridProps) => {
  const [, navigate] = useLocation()
  const { density } = usePrefs()
  const height = rowHeight[density]
  const scroller = useRef<HTMLDivElement>(null)
  const { order } = list
  const [active, setActive] = useState(() => Math.max(0, order.indexOf(open)))
  const virtual = useVirtualizer({
    count: order.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 14, scrollPaddingStart: 34, scrollPaddingEnd: selected.size > 0 ? barHeight : 0, paddingEnd: selected.size > 0 ? barHeight : 8,
    // The row that has the focus stays, or the focus would fall to the page when it scrolls away.
    rangeExtractor: range => active >= range.startIndex && active <= range.endIndex || active >= order.length ? defaultRangeExtractor(range) : [...new Set([...defaultRangeExtractor(range), active])].toSorted((a, b) => a - b),
  })
  useEffect(() => virtual.measure(), [height, virtual])
  // Another list, another order: from its beginning.
  const shownStore = useRef(store)
  useEffect(() => {
    if (shownStore.current === store) return
    shownStore.current = store
    scroller.current?.scrollTo(0, 0)
    setActive(0)
  }, [store])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => store.look(items[0]?.index ?? 0, last))
  // Two pages ahead of the eye, so that a fast scroll meets rows and not a gap.
  useEffect(() => { if (list.next !== null && !list.loading && !list.error && last > order.length - 400) void store.more() }, [last, order.length, list.next, list.loading, list.error, store])

  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(order.length - 1, index))
    setActive(to)
    const id = order[to]
    // What stands beside the list is the row one is at.
    if (open && id && id !== open) onOpen(id)
    virtual.scrollToIndex(to, { align: 'auto' })
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[aria-rowindex="${to + 2}"]`)?.focus({ preventScroll: true }))
  }
  const latest = useRef({ selected, active, order, onSelect, onOpen, open })
  latest.current = { selected, active, order, onSelect, onOpen, open }
  const act = useCallback((what: 'select' | 'peek' | 'focus' | 'range', index: number, id: string) => {
    const now = latest.current
    if (what === 'focus') return setActive(index)
    if (what === 'peek') {
      setActive(index)
      return now.onOpen(now.open === id ? null : id)
    }
    const next = new Set(now.selected)
    if (what === 'range') for (const each of now.order.slice(Math.min(now.active, index), Math.max(now.active, index) + 1)) next.add(each)
    else if (!next.delete(id)) next.add(id)
    setActive(index)
    now.onSelect(next)
  }, [])
  const onKey = (event: KeyboardEvent) => {
    const id = order[active]
    if (event.ctrlKey || event.metaKey || event.altKey || inSequence() || event.target instanceof HTMLInputElement && event.key === ' ' || event.target instanceof HTMLButtonElement && /^(Enter| )$/.test(event.key) || event.target instanceof HTMLAnchorElement && event.key === 'Enter') return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / height) - 2)
    const keys: Record<string, () => void> = { ArrowDown: () => focusRow(active + 1), ArrowUp: () => focusRow(active - 1), PageDown: () => focusRow(active + page), PageUp: () => focusRow(active - page), Home: () => focusRow(0), End: () => focusRow(order.length - 1) }
    const run = keys[event.key] ?? (event.key === 'Enter' && id ? () => navigate(`/runs/${id}`) : event.key === ' ' && id ? () => act('select', active, id) : event.key === 'Escape' && open ? () => onOpen(null) : prefsNow().shortcuts ? single(id)[event.key] : undefined)
    if (!run) return
    event.preventDefault()
    run()
  }
  const single = (id: string | undefined): Record<string, () => void> => ({ j: () => focusRow(active + 1), k: () => focusRow(active - 1), x: () => id && act('select', active, id), o: () => id && onOpen(open === id ? null : id), c: () => id && void copyText(id, 'the run id') })
  // The keys of the list work from the whole page: the first one goes to the row one was at last, or to the first.
  const onPageKey = useRef<(event: globalThis.KeyboardEvent) => void>(() => {})
  onPageKey.current = event => {
    if (!/^[jkxo]$/.test(event.key) || scroller.current?.contains(document.activeElement) || !mayActOnKey(event) || inSequence()) return
    event.preventDefault()
    if (event.key === 'x' || event.key === 'o') single(order[active])[event.key]?.()
    focusRow(active)
  }
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => onPageKey.current(event)
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
  const least = leastWidth(columns)
  const template = `32px ${columns.map(column => column.width).join(' ')}`
  return (
    <div ref={scroller} className={css.grid} role="grid" aria-label="Runs" tabIndex={-1} aria-multiselectable="true" aria-rowcount={total === null || list.next !== null && total <= order.length ? -1 : total + 1} aria-colcount={columns.length + 1} aria-busy={list.loading} data-dimmed={dimmed || undefined} data-testid="run-grid" onKeyDown={onKey}>
      <div role="rowgroup" className={css.headGroup} style={{ minWidth: least }}>
        <div role="row" aria-rowindex={1} className={css.headRow} style={{ gridTemplateColumns: template }}>
          <div role="columnheader" className={css.cell}><span className="visually-hidden">Selected</span></div>
          {columns.map(column => {
            const [down, up] = [column.sort !== undefined && sort === `-${column.sort}`, column.sort !== undefined && sort === column.sort]
            return <div key={column.key} role="columnheader" className={`${css.cell} ${column.end ? css.end : ''}`} aria-sort={!column.sort ? undefined : down ? 'descending' : up ? 'ascending' : 'none'}>
              {column.sort ? <button type="button" className={css.sort} title={`${column.hint ? `${column.hint}. ` : ''}Press to sort${down ? ' the other way round' : ''}`} onClick={() => onSort(down ? column.sort ?? '' : `-${column.sort}`)}>{column.name}{(down || up) && <Icon name={down ? 'down' : 'up'} size={10} />}</button> : <span title={column.hint}>{column.name}</span>}
            </div>
          })}
        </div>
      </div>
      <div role="rowgroup" className={css.rows} style={{ height: virtual.getTotalSize(), minWidth: least }}>
        {items.map(item => {
          const id = order[item.index]
          return id === undefined ? null : <RunRow key={id} store={store} id={id} index={item.index} top={item.start} height={height} columns={columns} template={template} selected={selected.has(id)} active={item.index === active} open={open === id} act={act} />
        })}
      </div>
    </div>
  )
}
