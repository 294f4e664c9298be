import { useReducer, useEffect } from 'react'
import { useLocation } from 'wouter'
import { ActionButton } from '../operations/ActionButton'
import { Button } from '../ui/Button'
import { copyText } from '../ui/Copy'
import { plural } from '../ui/format'
import css from './runs.module.css'
import type { RunStore } from './runStore'
import { cancelling } from './selection'

interface Props { store: RunStore, q: string, /** The query has faults. */ unread: boolean, /** How many match it. */ known: string, selected: ReadonlySet<string>, onClear: () => void }

/** What can be done with the rows that are selected; it lies over the end of the list. */
export const SelectionBar = ({ store, q, unread, known, selected, onClear }: Props) => {
  const [, navigate] = useLocation()
  const [, look] = useReducer((round: number) => round + 1, 0)
  // A run may end while it is selected.
  useEffect(() => {
    const stops = [...selected].map(id => store.watchRow(id, look))
    return () => { for (const stop of stops) stop() }
  }, [store, selected])
  const picked = [...selected]
  const { open, why } = cancelling(picked.map(store.row))
  return (
    <div className={css.strip} role="region" aria-label="Selection" data-testid="selection">
      <strong>{plural(selected.size, 'run')} selected</strong>
      <ActionButton small label={open < picked.length && open > 0 ? `Cancel the ${open} under way…` : selected.size === 1 ? 'Cancel run…' : 'Cancel runs…'} why={why} intent={{ kind: 'run.cancel', targets: picked.filter(id => store.row(id)?.endedAt === null).map(run => ({ run })), onDone: onClear }} />
      <ActionButton small label={`Cancel all ${known} that match…`} why={unread ? 'Mend the query first.' : q === '' ? 'Narrow the list by a query first: everything at once is never meant.' : undefined} intent={{ kind: 'run.cancel', select: { query: q } }} />
      <Button small why={selected.size === 2 ? null : 'Select exactly two runs to compare.'} onClick={() => navigate(`/runs/compare?a=${picked[0]}&b=${picked[1]}`)}>Compare</Button>
      <Button small icon="copy" onClick={() => void copyText(picked.join('\n'), plural(picked.length, 'id'))}>{picked.length === 1 ? 'Copy id' : 'Copy ids'}</Button>
      <span className="grow" /><Button small look="quiet" icon="cross" onClick={onClear}>Clear</Button>
    </div>
  )
}
