import type { FacetValue, QueryField, RunFacets, RunStatus } from '../api/types'
import { count } from '../ui/format'
import { Icon } from '../ui/Icon'
import control from '../ui/control.module.css'
import { Menu } from '../ui/Menu'
import { runMarks, unknownMark } from '../ui/marks'
import { Untrusted } from '../ui/Untrusted'
import { addClause, fieldFor, hasValue, parseQuery, stuckClause, toggleValue, withoutClause, type Wanted } from './queryText'
import css from './runs.module.css'

const order: readonly RunStatus[] = ['running', 'compensating', 'cancelling', 'failed', 'partial', 'expired', 'cancelled', 'completed']

export const Facets = ({ facets, fields, q, commit }: { facets: RunFacets | undefined, fields: readonly QueryField[], q: string, commit: (q: string) => void }) => {
  const status = fieldFor('status', fields)
  const stuck = stuckClause(fields)
  const stuckHeld = parseQuery(q).find(clause => clause.text === stuck)
  const lists: readonly (readonly [string, Wanted, readonly FacetValue[]])[] = facets ? [['Name', 'name', facets.name], ['Agent', 'agent', facets.agent], ['Reason', 'reason', facets.reason], ['Requester', 'requester', facets.requester]] : []
  return (
    <div className={css.chips} role="group" aria-label="Statuses">
      {facets && facets.stuck > 0 && <button type="button" className={css.facet} title="Runs of the whole system, whatever the query" aria-pressed={!!stuckHeld} onClick={() => commit(stuckHeld ? withoutClause(q, stuckHeld) : addClause(q, stuck))}><i data-tone="bad"><Icon name="warn" size={11} /></i>Stuck <b>{count(facets.stuck)}</b></button>}
      {order.filter(key => facets && ((facets.status[key] ?? 0) > 0 || hasValue(q, status, key))).map(key => {
        const mark = runMarks[key] ?? unknownMark(key)
        return <button key={key} type="button" className={css.facet} title="Runs of the whole system, whatever the query" aria-pressed={hasValue(q, status, key)} onClick={() => commit(toggleValue(q, status, key))} data-testid={`facet-${key}`}><i data-tone={mark.tone}><Icon name={mark.icon} size={11} /></i>{mark.word} <b>{count(facets?.status[key] ?? 0)}</b></button>
      })}
      {facets && <Menu label="Filter by…" icon="list" small>
        <div className={css.facetLists}>
          {lists.filter(([,, values]) => values.length > 0).map(([title, wanted, values]) => <div key={title}><p>{title}</p>
            {values.slice(0, 8).map(facet => <label key={facet.value}><input type="checkbox" className={control.check} checked={hasValue(q, fieldFor(wanted, fields), facet.value)} onChange={() => commit(toggleValue(q, fieldFor(wanted, fields), facet.value))} /><span className="grow truncate"><Untrusted text={facet.value} line none="none" /></span><span className="muted">{count(facet.count)}</span></label>)}</div>)}
        </div>
      </Menu>}
    </div>
  )
}
