import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { MessageArrow, MessageFlow } from '../api/types'
import { Button } from '../ui/Button'
import { Id } from '../ui/Copy'
import { duration, plural } from '../ui/format'
import { Linked } from '../ui/Linked'
import { words } from '../ui/marks'
import { Facts } from '../ui/Page'
import { usePrefs } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { When } from '../ui/Time'
import { TwinToggle } from '../ui/Twin'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, View } from '../ui/View'
import { asOf, useRun } from './context'
import { download } from './download'
import { mermaid } from './exports'
import css from './run.module.css'

const lead = 74
const laneWidth = 168
const rowHeight = 36
const cut = (text: string, length: number): string => text.length > length ? `${text.slice(0, length - 1)}…` : text

const nameOf = (arrow: MessageArrow): string => `${arrow.contract}${arrow.attempt !== null && arrow.attempt > 1 ? ` ↻${arrow.attempt}` : ''}${arrow.kind === 'dead' ? ' ✕ parked' : ''}`
const Arrow = ({ arrow, from, to, y, start, picked, pick }: { arrow: MessageArrow, from: number, to: number, y: number, start: number, picked: boolean, pick: () => void }) => {
  const x = (lane: number) => lead + lane * laneWidth + laneWidth / 2
  const self = from === to
  const [x1, x2] = [x(from), self ? x(from) + 26 : x(to)]
  const right = x2 > x1
  const said = revealedText(nameOf(arrow))
  const note = arrow.note ? `: ${revealedText(arrow.note)}` : ''
  const text = cut(said + note, self ? 34 : Math.max(18, Math.abs(to - from) * 24))
  const time = duration(Date.parse(arrow.at) - start)
  return (
    <g className={css.arrow} role="button" tabIndex={0} aria-pressed={picked} data-kind={arrow.kind} aria-label={`${time} ${text}, ${words(arrow.kind)} from ${revealedText(arrow.from)} to ${revealedText(arrow.to)}`} onClick={pick} onKeyDown={event => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      pick()
    }}>
      <rect className={css.hit} x={2} y={y - 20} width="99.5%" height={rowHeight - 2} rx={4} />
      <text className={css.time} x={lead - 14} y={y + 4} textAnchor="end">{time}</text>{' '}
      {self ? <><path d={`M${x1} ${y - 8}h22v12h-16`} /><polygon points={`${x1 + 2},${y + 4} ${x1 + 10},${y} ${x1 + 10},${y + 8}`} /><text x={x1 + 30} y={y + 3}>{text}</text></>
        : <><line x1={x1} y1={y} x2={right ? x2 - 7 : x2 + 7} y2={y} />{arrow.kind === 'dead' || arrow.kind === 'failure' ? <path d={right ? `M${x2 - 10} ${y - 5}l9 10m0-10l-9 10` : `M${x2 + 1} ${y - 5}l9 10m0-10l-9 10`} /> : <polygon points={right ? `${x2 - 1},${y} ${x2 - 10},${y - 4.5} ${x2 - 10},${y + 4.5}` : `${x2 + 1},${y} ${x2 + 10},${y - 4.5} ${x2 + 10},${y + 4.5}`} />}<text x={(x1 + x2) / 2} y={y - 6} textAnchor="middle">{text}</text></>}
    </g>
  )
}

const Diagram = ({ flow, arrows, picked, pick }: { flow: MessageFlow, arrows: readonly MessageArrow[], picked: string, pick: (id: string | null) => void }) => {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: arrows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 20 })
  const lanes = new Map(flow.lanes.map((lane, index) => [lane, index]))
  const width = lead + flow.lanes.length * laneWidth + 150
  const height = arrows.length * rowHeight + 26
  const start = Date.parse(flow.arrows[0]?.at ?? '')
  const centre = (index: number) => lead + index * laneWidth + laneWidth / 2
  return (
    // It scrolls, so it must be reachable by keyboard.
    <div ref={scroller} className={css.sequence} tabIndex={0} role="region" aria-label="Sequence of messages" data-testid="sequence">
      <svg className={css.lanes} width={width} height={44} role="presentation">{flow.lanes.map((lane, index) => <g key={lane}><rect className={css.laneBox} x={centre(index) - 72} y={8} width={144} height={28} rx={5} /><text x={centre(index)} y={26} textAnchor="middle" fontWeight="550">{cut(revealedText(lane), 20)}<title>{revealedText(lane)}</title></text></g>)}</svg>
      <svg width={width} height={height} role="group" aria-label="Messages">
        {flow.lanes.map((lane, index) => <line key={lane} className={css.life} x1={centre(index)} x2={centre(index)} y1={0} y2={height} />)}
        {virtual.getVirtualItems().map(item => {
          const arrow = arrows[item.index]
          return arrow && <Arrow key={arrow.messageId} arrow={arrow} from={lanes.get(arrow.from) ?? 0} to={lanes.get(arrow.to) ?? 0} y={item.start + 26} start={start} picked={picked === arrow.messageId} pick={() => pick(picked === arrow.messageId ? null : arrow.messageId)} />
        })}
      </svg>
    </div>
  )
}

// People and requesters are called what they like: only the server's words for an agent lead to its page.
const ofAgents = /^step\.(?:execute|compensate|completed|compensated|failed|input-required)\./
const Party = ({ of, name }: { of: MessageArrow, name: string }) => ofAgents.test(of.contract) ? <Linked text={name} line /> : <Untrusted text={name} line />

const Detail = ({ arrow }: { arrow: MessageArrow }) => {
  const { setAt } = useRun()
  return <div className={css.detail} data-testid="message-detail"><h2 className="small-heading"><code><Untrusted text={arrow.contract} /></code></h2>
    <Facts items={[['Message', <Id id={arrow.messageId} what="message id" full />], ['At', <When at={arrow.at} ms />], ['From', <Party of={arrow} name={arrow.from} />], ['To', <Party of={arrow} name={arrow.to} />], arrow.causationId !== null && ['Because of', <Id id={arrow.causationId} what="message id" />], arrow.stepId !== null && ['Step', <Untrusted text={arrow.stepId} line />], arrow.attempt !== null && ['Attempt', arrow.attempt],
      arrow.seq !== null && ['Event', <Button small onClick={() => setAt(arrow.seq)}>go to {arrow.seq}</Button>], arrow.deadLetterId !== null && ['Dead letter', <Link href={`/dead-letters/m/${arrow.deadLetterId}`}>{arrow.deadLetterId}</Link>]]} />
    {arrow.note && <Untrusted text={arrow.note} />}</div>
}

export const MessagesTab = () => {
  const { id, topic, at } = useRun()
  const { textTwin } = usePrefs()
  const [picked, pick] = useParam('message')
  const query = useApi<MessageFlow>(topic, asOf(`/runs/${id}/messages`, at), { keep: true })
  return <View query={query} what="the messages">{flow => {
    const { arrows } = flow
    const arrow = flow.arrows.find(item => item.messageId === picked)
    return <>
      <div className={css.tools}><span className="muted">{plural(arrows.length, 'message')}{flow.more ? ' (the first; there are more)' : ''}, {plural(flow.lanes.length, 'participant')}</span><span className="grow" /><Button small icon="download" onClick={() => download(`run-${id}.mmd`, 'text/plain', mermaid(flow.lanes, arrows))} data-testid="mermaid">Mermaid</Button><TwinToggle diagram="diagram" /></div>
      {arrows.length === 0 ? <Empty title="No message yet" icon="flow" /> : textTwin ? <Table label="Messages as text" rows={arrows} id={row => row.messageId} copy={row => row.messageId} columns={[
        { key: 'at', head: 'At', cell: row => <When at={row.at} clock ms /> }, { key: 'from', head: 'From', cell: row => <Party of={row} name={row.from} /> }, { key: 'to', head: 'To', cell: row => <Party of={row} name={row.to} /> }, { key: 'contract', head: 'Message', cell: row => <Button small look="quiet" onClick={() => pick(row.messageId)}><code><Untrusted text={nameOf(row)} /></code></Button> },
        { key: 'kind', head: 'Kind', cell: row => words(row.kind) }, { key: 'note', head: 'Note', wide: true, cell: row => <Untrusted text={row.note} max={200} /> },
      ]} /> : <Diagram flow={flow} arrows={arrows} picked={picked} pick={pick} />}
      {arrow && <Detail arrow={arrow} />}
    </>
  }}</View>
}
