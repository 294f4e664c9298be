import { useState } from 'react'
import { Link } from 'wouter'
import { queryString } from '../api/client'
import { useApi, usePages } from '../api/queries'
import type { LetterGroups, LetterPage, LetterRow } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Button } from '../ui/Button'
import { Chip, Tag } from '../ui/Chip'
import control from '../ui/control.module.css'
import { plural } from '../ui/format'
import { letterMark } from '../ui/marks'
import { Page } from '../ui/Page'
import { Table } from '../ui/Table'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { revealedText } from '../ui/revealed'
import { useParam } from '../ui/urlState'
import { Empty, More, View } from '../ui/View'
import { Spark } from './Spark'

export const GroupPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const fingerprint = decodeURIComponent(params.group ?? '')
  const all = fingerprint === 'all'
  const [state, setState] = useParam('state')
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const groups = useApi<LetterGroups>('dead-letters', '/dead-letters/groups')
  const group = groups.data?.rows.find(row => row.fingerprint === fingerprint)
  const query = usePages<LetterPage>('dead-letters', `/dead-letters${queryString({ group: all ? null : fingerprint, state: state || 'open' })}`)
  const toggle = (id: number) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    setSelected(next)
  }
  const targets = [...selected].map(letter => ({ letter }))
  const select = { group: fingerprint }
  const clear = () => setSelected(new Set())
  const title = all ? 'All dead letters' : group ? revealedText(group.title) : 'Group of dead letters'
  return (
    <Page title={title.slice(0, 80)} heading={all || !group ? title : <Untrusted text={group.title} max={200} />} crumbs={[{ href: '/dead-letters', text: 'Dead letters' }]} note={group && <>{group.growing && <Tag tone="bad">▲ growing</Tag>}{group.repeats > 0 && <Tag tone="warn">failed again ×{group.repeats}</Tag>}<Spark values={group.spark} /></>}
      actions={!all && <><ActionButton label="Retry the group…" intent={{ kind: 'dead-letter.retry', select }} why={group ? undefined : groups.data ? 'Nothing of this group is parked now.' : undefined} /><ActionButton label="Discard the group…" intent={{ kind: 'dead-letter.discard', select }} why={group ? undefined : groups.data ? 'Nothing of this group is parked now.' : undefined} /></>}>
      <div className="row">
        <span className={control.segments} role="group" aria-label="Letters shown">{([['', 'Parked'], ['all', 'All, with what became of them']] as const).map(([key, name]) => <button key={key} type="button" aria-pressed={state === key} onClick={() => setState(key)}>{name}</button>)}</span>
        {selected.size > 0 && <><strong>{plural(selected.size, 'letter')} selected</strong><ActionButton small label="Retry…" intent={{ kind: 'dead-letter.retry', targets, onDone: clear }} /><ActionButton small label="Discard…" intent={{ kind: 'dead-letter.discard', targets, onDone: clear }} /><Button small look="quiet" icon="cross" onClick={clear}>Clear</Button></>}
      </div>
      <View query={query} what="the dead letters">{data => {
        const rows: LetterRow[] = data.pages.flatMap(page => page.rows)
        return rows.length === 0 ? <Empty title="Nothing is parked here">{state !== 'all' && <Button onClick={() => setState('all')}>Show what became of them</Button>}</Empty> : <>
          <Table label="Dead letters" testId="letters" rows={rows} id={row => row.id} copy={row => String(row.id)} selected={row => selected.has(row.id)} columns={[
            { key: 'select', head: <span className="visually-hidden">Selected</span>, cell: row => <input type="checkbox" className={control.check} aria-label={`Select letter ${row.id}`} checked={selected.has(row.id)} disabled={row.state !== 'open'} onChange={() => toggle(row.id)} /> },
            { key: 'id', head: 'Letter', cell: row => <Link href={`/dead-letters/m/${row.id}`}>{row.id}</Link> }, { key: 'state', head: 'State', cell: row => <Chip mark={letterMark(row.state)} /> },
            { key: 'detail', head: 'Why', wide: true, cell: row => <><Untrusted text={row.detail} max={200} />{row.error && <div className="muted"><Untrusted text={row.error} max={160} /></div>}{row.settledBecause && <div className="muted">{row.settledBy && <><Untrusted text={row.settledBy} line />: </>}<Untrusted text={row.settledBecause} max={160} /></div>}</> },
            { key: 'type', head: 'Message', cell: row => <><code><Untrusted text={row.messageType} /></code><div className="muted">{row.direction === 'in' ? 'into' : 'out of'} <Untrusted text={row.endpoint} line /></div></> }, { key: 'run', head: 'Run', cell: row => row.runId ? <Link href={`/runs/${row.runId}`}>open</Link> : '–' }, { key: 'attempts', head: 'Tries', align: 'end', cell: row => row.attempts }, { key: 'at', head: 'Parked', align: 'end', nowrap: true, cell: row => <Ago at={row.parkedAt} suffix=" ago" /> },
          ]} />
          <More query={query} shown={rows.length} />
        </>
      }}</View>
    </Page>
  )
}
