import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { apiUrl, getJson, queryString } from '../api/client'
import { still } from '../api/queries'
import type { RunCount, RunFacets } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { copyText } from '../ui/Copy'
import { count, plural } from '../ui/format'
import { Icon } from '../ui/Icon'
import { Menu, menuItem } from '../ui/Menu'
import { useTitle } from '../ui/Page'
import { setPrefs, usePrefs } from '../ui/prefs'
import { When } from '../ui/Time'
import { useParams } from '../ui/urlState'
import { Empty, ErrorPanel, Loading, Stale } from '../ui/View'
import { chosenColumns, columns as allColumns } from './columns'
import { Facets } from './Facets'
import { QueryBar, useParsed } from './QueryBar'
import { parseQuery, withoutClause } from './queryText'
import { RunGrid } from './RunGrid'
import { RunPeek } from './RunPeek'
import css from './runs.module.css'
import { useRunList } from './useRunList'

// The numbers of a filter are not worth a read at every change of a run.
const numbersEveryMs = 10_000

export const RunsPage = () => {
  useTitle('Runs')
  const [, navigate] = useLocation()
  const [params, set] = useParams()
  const prefs = usePrefs()
  const q = params.get('q') ?? ''
  const sort = params.get('sort') ?? '-started'
  const open = params.get('open') ?? ''
  const columns = chosenColumns(params.get('cols') ?? '', prefs.columns)
  const { store, list, waiting, reload } = useRunList(q, sort)
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
  const picked = [...selected]
  const exportHref = (format: string) => apiUrl(`/runs/export${queryString({ q, format })}`)
  return (
    <div className={css.page}>
      <div className={css.top}>
        <div className={css.headline}>
          <h1>Runs</h1><span className="muted" data-testid="run-count">{known} {q ? 'match' : 'in all'}{list.asOf && <> · as of <When at={list.asOf} clock /></>}</span>
          <span className="grow" />
          {list.arrived > 0 && <button type="button" className={css.pill} onClick={show} data-testid="new-pill"><Icon name="up" size={10} /> {count(list.arrived)} new{list.some ? ', some may match' : ''} · show</button>}
          <Button look="quiet" icon="retry" onClick={show} title="Read the list again">Refresh</Button>
          <Menu label="Export" icon="download"><a className={menuItem} href={exportHref('csv')} download>CSV, all that match</a><a className={menuItem} href={exportHref('json')} download>JSON, all that match</a></Menu>
          <Menu label="Columns" icon="columns"><div className={css.columnList}>{allColumns.map(column => <label key={column.key}><input type="checkbox" className={control.check} checked={columns.includes(column)} onChange={event => choose(column.key, event.target.checked)} />{column.name}</label>)}</div></Menu>
          <Menu label={`Density: ${prefs.density}`} icon="list" hideLabel>{(['compact', 'normal', 'roomy'] as const).map(density => <button key={density} type="button" className={menuItem} aria-pressed={prefs.density === density} onClick={() => setPrefs({ density })}><Icon name={prefs.density === density ? 'check' : 'dash'} />{density}</button>)}</Menu>
        </div>
        <QueryBar q={q} commit={commit} problems={list.problems} />
        <Facets facets={facets.data} fields={fields} q={q} commit={commit} />
      </div>
      <div className={css.body}>
        <div>
          {list.error && list.order.length > 0 && <Stale error={list.error} since={list.asOf ? Date.parse(list.asOf) : 0} retry={() => void store.more()} />}
          {selected.size > 0 && <div className={css.strip} role="region" aria-label="Selection" data-testid="selection">
            <strong>{plural(selected.size, 'run')} selected</strong>
            <ActionButton small label="Cancel runs…" intent={{ kind: 'run.cancel', targets: picked.map(run => ({ run })), onDone: () => setSelected(new Set()) }} />
            <ActionButton small label={`Cancel all ${known} that match…`} why={q === '' ? 'Narrow the list by a query first: everything at once is never meant.' : null} intent={{ kind: 'run.cancel', select: { query: q } }} />
            <Button small why={selected.size === 2 ? null : 'Select exactly two runs to compare.'} onClick={() => navigate(`/runs/compare?a=${picked[0]}&b=${picked[1]}`)}>Compare</Button>
            <Button small icon="copy" onClick={() => void copyText(picked.join('\n'), plural(picked.length, 'id'))}>Copy ids</Button>
            <span className="grow" /><Button small look="quiet" icon="cross" onClick={() => setSelected(new Set())}>Clear</Button>
          </div>}
        </div>
        {list.order.length > 0
          ? <RunGrid key={readAt} store={store} list={list} columns={columns} total={total.data && !total.data.more ? total.data.total : null} sort={sort} onSort={next => set({ sort: next === '-started' ? null : next })} selected={selected} onSelect={setSelected} open={open} onOpen={id => set({ open: id })} dimmed={waiting} />
          : list.error ? <div className={css.foot}><ErrorPanel error={list.error} retry={() => void store.more()} what="the runs" /></div>
            : list.asOf === null ? <div className={css.foot}><Loading rows={14} label="Loading runs" /></div>
              : clauses.length > 0 ? <Empty icon="search" title="No run matches all of this"><p>Drop one clause to widen it:</p><div className={css.chips}>{clauses.map(clause => <Button key={clause.start} small icon="cross" onClick={() => commit(withoutClause(q, clause))}>{clause.text}</Button>)}</div></Empty>
                : <Empty icon="list" title="No run yet"><p>A run appears here the moment one is started: from code with the client, from the command line, or by posting a plan to the host.</p></Empty>}
      </div>
      {open && <RunPeek id={open} onClose={() => set({ open: null })} />}
    </div>
  )
}
