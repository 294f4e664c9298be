import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiUrl, getJson, queryString } from '../api/client'
import { still } from '../api/queries'
import type { RunCount, RunFacets } from '../api/types'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { count } from '../ui/format'
import { Icon } from '../ui/Icon'
import { Menu, menuItem } from '../ui/Menu'
import { useTitle } from '../ui/Page'
import { setPrefs, usePrefs } from '../ui/prefs'
import { When } from '../ui/Time'
import { useParams } from '../ui/urlState'
import { Empty, ErrorPanel, Loading, Stale } from '../ui/View'
import { chosenColumns, columns as allColumns } from './columns'
import { Facets } from './Facets'
import { fitting } from './fitting'
import { QueryBar, useParsed } from './QueryBar'
import { parseQuery, withoutClause } from './queryText'
import { RunGrid } from './RunGrid'
import { RunPeek } from './RunPeek'
import css from './runs.module.css'
import { SelectionBar } from './SelectionBar'
import { useRunList } from './useRunList'
import { useWidth } from './useWidth'

// The numbers of a filter are not worth a read at every change of a run.
const numbersEveryMs = 10_000

export const RunsPage = () => {
  useTitle('Runs')
  const [params, set] = useParams()
  const prefs = usePrefs()
  const q = params.get('q') ?? ''
  const sort = params.get('sort') ?? '-started'
  const open = params.get('open') ?? ''
  const columns = chosenColumns(params.get('cols') ?? '', prefs.columns)
  const [body, width] = useWidth<HTMLDivElement>()
  // The bar of scrolling takes its part.
  const shown = fitting(columns, width && width - 16)
  const hidden = columns.length - shown.length
  const { store, list, of, problems, waiting, reload } = useRunList(q, sort)
  const unread = problems.length > 0
  const parsed = useParsed(q)
  const fields = parsed.data?.fields ?? []
  const facets = useQuery({ queryKey: [still, '/runs/facets', q], queryFn: ({ signal }) => getJson<RunFacets>(`/runs/facets${queryString({ q })}`, signal), refetchInterval: numbersEveryMs, placeholderData: old => old })
  const total = useQuery({ queryKey: [still, '/runs/count', q], queryFn: ({ signal }) => getJson<RunCount>(`/runs/count${queryString({ q })}`, signal), refetchInterval: numbersEveryMs, placeholderData: old => old })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [readAt, setReadAt] = useState(0)

  const commit = (next: string) => {
    setSelected(new Set())
    set({ q: next })
  }
  const choose = (key: string, on: boolean) => {
    const keys = allColumns.filter(column => column.key === key ? on : columns.includes(column)).map(column => column.key)
    setPrefs({ columns: keys })
    set({ cols: keys.join(',') })
  }
  const show = () => {
    setReadAt(readAt + 1)
    reload()
  }
  const clauses = parseQuery(q)
  const known = total.data ? `${count(total.data.total)}${total.data.more ? '+' : ''}` : '…'
  const one = total.data?.total === 1 && !total.data.more
  const summary = unread ? 'This query cannot be read' : `${known} ${one ? 'run' : 'runs'}${q ? (one ? ' matches' : ' match') : ''}`
  const exportHref = (format: string) => apiUrl(`/runs/export${queryString({ q, format })}`)
  return (
    <div className={css.page}>
      <div className={css.top}>
        <div className={css.headline}>
          <h1>Runs</h1><span className="muted" data-testid="run-count">{summary}{list.asOf && !unread && <> · as of <When at={list.asOf} clock /></>}</span>
          <span className="grow" />
          {list.arrived > 0 && <button type="button" className={css.pill} onClick={show} data-testid="new-pill"><Icon name="up" size={10} /> {count(list.arrived)} new{list.some ? ', some may match' : ''} · show</button>}
          <Button look="quiet" icon="retry" onClick={show} title="Read the list again">Refresh</Button>
          {unread ? <Button icon="download" why="Mend the query first: a file is of what it finds.">Export</Button> : <Menu label="Export" icon="download"><a className={menuItem} href={exportHref('csv')} download>CSV for spreadsheets, {q ? 'all that match' : 'all runs'}</a><a className={menuItem} href={exportHref('json')} download>JSON, {q ? 'all that match' : 'all runs'}</a></Menu>}
          <Menu label={hidden > 0 ? `Columns (no room for ${hidden})` : 'Columns'} icon="columns"><div className={css.columnList}>{allColumns.map(column => <label key={column.key} title={column.hint}><input type="checkbox" className={control.check} checked={columns.includes(column)} onChange={event => choose(column.key, event.target.checked)} />{column.name}{columns.includes(column) && !shown.includes(column) && <span className="muted">no room now</span>}</label>)}</div></Menu>
          <Menu label={`Density: ${prefs.density}`} icon="list" hideLabel>{(['compact', 'normal', 'roomy'] as const).map(density => <button key={density} type="button" className={menuItem} aria-pressed={prefs.density === density} onClick={() => setPrefs({ density })}><Icon name={prefs.density === density ? 'check' : 'dash'} />{density}</button>)}</Menu>
        </div>
        <QueryBar q={q} commit={commit} problems={problems} />
        <Facets facets={facets.data} fields={fields} q={q} commit={commit} />
      </div>
      <div className={css.body} ref={body} data-kept={unread || undefined}>
        <div>
          {list.error && list.order.length > 0 && <Stale error={list.error} since={list.asOf ? Date.parse(list.asOf) : 0} retry={() => void store.more()} />}
          {unread && list.order.length > 0 && <div className={css.kept} role="status" data-testid="kept"><Icon name="clock" /><span>These are not the runs of this query, but of the last one that could be read: {of ? <code>{of}</code> : 'all runs'}.</span><Button small onClick={() => commit(of)}>Go back to it</Button></div>}
        </div>
        {list.order.length > 0
          ? <RunGrid key={readAt} store={store} list={list} columns={shown} total={total.data && !total.data.more ? total.data.total : null} sort={sort} onSort={next => set({ sort: next === '-started' ? null : next })} selected={selected} onSelect={setSelected} open={open} onOpen={id => set({ open: id })} dimmed={waiting} />
          : list.error ? <div className={css.foot}><ErrorPanel error={list.error} retry={() => void store.more()} what="the runs" /></div>
            : unread ? <Empty icon="warn" title="This query cannot be read"><p>No run is shown, for nobody knows which are meant. What is wrong stands below the query; the names of fields come up while you type.</p><Button onClick={() => commit('')}>Show all runs</Button></Empty>
              : list.asOf === null ? <div className={css.foot}><Loading rows={14} label="Loading runs" /></div>
                : clauses.length > 0 ? <Empty icon="search" title="No run matches all of this"><p>Drop one clause to widen it:</p><div className={css.chips}>{clauses.map(clause => <Button key={clause.start} small icon="cross" onClick={() => commit(withoutClause(q, clause))}>{clause.text}</Button>)}</div></Empty>
                  : <Empty icon="list" title="No run yet"><p>A run appears here the moment one is started: from code with the client, from the command line, or by posting a plan to the host.</p></Empty>}
        {selected.size > 0 && <SelectionBar store={store} q={q} unread={unread} known={known} selected={selected} onClear={() => setSelected(new Set())} />}
      </div>
      {open && <RunPeek id={open} onClose={() => set({ open: null })} />}
    </div>
  )
}
