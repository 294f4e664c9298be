import { useMemo } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { Timeline, TimelineBar, TimelineLane } from '../api/types'
import { Button } from '../ui/Button'
import { Glyph } from '../ui/Chip'
import control from '../ui/control.module.css'
import { duration } from '../ui/format'
import { AgentLink } from '../ui/Linked'
import { stepMark, words } from '../ui/marks'
import { Facts } from '../ui/Page'
import { usePrefs } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { useNow } from '../ui/ticker'
import { When } from '../ui/Time'
import { TwinToggle } from '../ui/Twin'
import { Untrusted } from '../ui/Untrusted'
import { useParams } from '../ui/urlState'
import { Empty, View } from '../ui/View'
import { asOf, useRun } from './context'
import { Took } from './Moment'
import css from './run.module.css'
import { lanesOf, placeTimeline, type LaneFilter, type Placed } from './timelineLayout'

const filters: readonly (readonly [LaneFilter, string])[] = [['all', 'All'], ['active', 'Active'], ['failed', 'Failed'], ['waits', 'Waits']]
const barWords: Record<TimelineBar['kind'], string> = { 'work': 'Work', 'retry-wait': 'Waits to retry', 'question': 'Waits for a person', 'ballot': 'Voting', 'undo': 'Undo' }
const outcomeWords: Record<TimelineBar['outcome'], string> = { open: 'under way', done: 'done', failed: 'failed', retried: 'failed, tried again', stopped: 'stopped' }

interface TextRow { lane: TimelineLane, bar: TimelineBar | null }

const barName = (step: string, bar: TimelineBar): string => `${revealedText(step)}: ${barWords[bar.kind]}${bar.attempt && bar.attempt > 1 ? `, ${bar.kind === 'undo' ? 'try' : 'attempt'} ${bar.attempt}` : ''}, ${outcomeWords[bar.outcome]}${bar.to ? `, ${duration(Date.parse(bar.to) - Date.parse(bar.from))}` : ''}`

const Bars = ({ placed, event, pick }: { placed: Placed, event: string, pick: (seq: number | null) => void }) => (
  <div className={css.timeline} role="group" aria-label="Timeline of the steps" data-testid="timeline">
    <div className={css.axis}><span>Step</span><div className={css.track} aria-hidden="true">{placed.ticks.map(tick => <span key={tick.ms} className={css.tick} style={{ left: `${tick.at * 100}%` }}>{tick.ms === 0 ? '0' : duration(tick.ms)}</span>)}</div><span>Took</span></div>
    {placed.lanes.map(({ lane, bars, tries, ms }) => {
      const mark = stepMark(lane.status)
      return <div key={`${lane.stepId}${lane.undo ? ' undo' : ''}`} className={css.lane} data-undo={lane.undo || undefined}>
        <div className={css.laneName} data-critical={lane.critical || undefined} title={lane.critical ? 'On the longest chain of steps' : undefined}><Glyph mark={mark} /><button type="button" className={css.laneButton} aria-pressed={bars.some(({ bar }) => String(bar.seq) === event)} disabled={bars.length === 0} onClick={() => pick(bars.at(-1)?.bar.seq ?? null)}>{lane.undo && 'undo '}<Untrusted text={lane.stepId} line /></button>{lane.agentType !== lane.stepId && <span className="truncate"><AgentLink type={lane.agentType} /></span>}</div>
        {/* Bars may be a few pixels wide, too small a target for the keyboard: the name of the step leads to them as well. */}
        {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
        <div className={css.track} onClick={click => {
          const seq = (click.target as HTMLElement).closest<HTMLElement>('[data-seq]')?.dataset.seq
          if (seq) pick(seq === event ? null : Number(seq))
        }}>
          {placed.ticks.map(tick => tick.ms > 0 && <span key={tick.ms} className={css.tick} style={{ left: `${tick.at * 100}%` }} aria-hidden="true" />)}
          {placed.scale.folds.map(fold => <span key={fold.from} className={css.fold} title={`${duration(fold.to - fold.from)} folded`} style={{ left: `${fold.at * 100}%`, width: `${fold.width * 100}%` }} />)}
          {bars.length === 0 && <span className={css.none}>{lane.status === 'pending' ? 'not yet' : 'will not run'}</span>}
          {bars.map(({ bar, left, width }) => <span key={`${bar.seq} ${bar.kind} ${bar.from}`} className={`${css.mark} bar`} role="img" data-testid="bar" data-seq={bar.seq} data-kind={bar.kind} data-outcome={bar.outcome} data-picked={event === String(bar.seq) || undefined} aria-label={barName(lane.stepId, bar)} title={barName(lane.stepId, bar)}
            style={{ left: `min(${left * 100}%, calc(100% - 6px))`, width: `${width * 100}%` }}>{bar.kind === 'undo' ? '◀' : ''}{bar.attempt !== null && bar.attempt > 1 && width > 0.025 ? ` ↻${bar.attempt}` : ''}</span>)}
        </div>
        <div className={css.laneEnd}>{tries > 1 && <span title={lane.undo ? `undone at try ${tries}` : `${tries} attempts`}>↻ {tries}</span>}<span>{bars.length > 0 ? duration(ms) : mark.word}</span></div>
      </div>
    })}
  </div>
)
const Legend = () => <div className={css.legend} aria-hidden="true">
  {([['work', 'done', 'work'], ['work', 'open', 'under way'], ['work', 'retried', 'failed, tried again'], ['work', 'failed', 'failed'], ['retry-wait', 'done', 'waits to retry'], ['question', 'done', 'waits for a person'], ['ballot', 'done', 'voting'], ['undo', 'done', 'undo']] as const).map(([kind, outcome, text]) => <span key={text}><i className={css.mark} data-kind={kind} data-outcome={outcome} />{text}</span>)}
  <span><b style={{ boxShadow: 'inset 0 -2px 0 var(--accent)', fontWeight: 550 }}>step</b>on the longest chain</span>
</div>

const BarDetail = ({ timeline, event, pick }: { timeline: Timeline, event: string, pick: (seq: number | null) => void }) => {
  const { id, at, setAt } = useRun()
  const lane = timeline.lanes.find(item => item.bars.some(bar => String(bar.seq) === event))
  const index = lane?.bars.findIndex(item => String(item.seq) === event) ?? -1
  const bar = lane?.bars[index]
  if (!lane || !bar) return null
  const step = (by: number) => ({ why: lane.bars[index + by] ? null : 'There is none.', onClick: () => pick(lane.bars[index + by]?.seq ?? null) })
  return <div className={css.detail} data-testid="bar-detail"><div className="row"><h2 className="small-heading grow"><Untrusted text={lane.stepId} line /> · {barWords[bar.kind]}, {outcomeWords[bar.outcome]}</h2>{lane.bars.length > 1 && <><span className="muted">{index + 1} of {lane.bars.length}</span><Button small icon="left" aria-label="Earlier in this step" {...step(-1)} /><Button small icon="chevron" aria-label="Later in this step" {...step(1)} /></>}</div>
    <Facts items={[['From', <When at={bar.from} ms />], ['To', bar.to ? <When at={bar.to} ms /> : at === null ? 'still' : 'it went on'], ['Took', <Took from={bar.from} to={bar.to} />], bar.attempt !== null && [bar.kind === 'undo' ? 'Try to undo' : 'Attempt', bar.attempt], ['Event', <Button small onClick={() => setAt(bar.seq)}>go to {bar.seq}</Button>], bar.ballotId !== null && ['Ballot', <Link href={`/consensus/${bar.ballotId}`}>open</Link>], ['State', <Link href={`/runs/${id}/state?at=${bar.seq}`}>before and after</Link>]]} />
    {bar.detail && <Untrusted text={bar.detail} />}</div>
}

export const TimelineTab = () => {
  const { id, topic, at } = useRun()
  const [params, set] = useParams()
  const { textTwin } = usePrefs()
  const query = useApi<Timeline>(topic, asOf(`/runs/${id}/timeline`, at), { keep: true })
  const filter = filters.find(([key]) => key === params.get('show'))?.[0] ?? 'all'
  const attempt = params.get('attempt') ? Number(params.get('attempt')) : null
  const fold = params.get('fold') !== 'off'
  const text = params.get('find') ?? ''
  const event = params.get('event') ?? ''
  const pick = (seq: number | null) => set({ event: seq === null ? null : String(seq) })
  const live = query.data !== undefined && !query.data.ended && at === null
  return <View query={query} what="the timeline">{timeline => {
    const lanes = lanesOf(timeline, filter, attempt, text)
    const attempts = Math.max(1, ...timeline.lanes.flatMap(lane => lane.undo ? [] : lane.bars.map(bar => bar.attempt ?? 1)))
    return <>
      <div className={css.tools}>
        <span className={control.segments} role="group" aria-label="Steps shown">{filters.map(([key, name]) => <button key={key} type="button" aria-pressed={filter === key} onClick={() => set({ show: key === 'all' ? null : key })}>{name}</button>)}</span>
        <input type="search" className={control.input} aria-label="Find steps" placeholder="Find steps…" value={text} onChange={input => set({ find: input.target.value })} />
        {attempts > 1 && <select className={control.input} aria-label="Attempt" value={attempt ?? ''} onChange={input => set({ attempt: input.target.value })}><option value="">Every attempt</option>{Array.from({ length: attempts }, (_, index) => <option key={index} value={index + 1}>Attempt {index + 1}</option>)}</select>}
        <label className="row"><input type="checkbox" className={control.check} checked={fold} onChange={input => set({ fold: input.target.checked ? null : 'off' })} />Fold long waits</label>
        <span className="grow" /><TwinToggle diagram="timeline" />
      </div>
      {lanes.length === 0 ? <Empty icon="search" title="No step fits"><p>Choose “All”, or clear what is searched for.</p></Empty>
        : textTwin ? <Table label="Timeline as text" rows={lanes.flatMap<TextRow>(lane => lane.bars.length === 0 ? [{ lane, bar: null }] : lane.bars.map(bar => ({ lane, bar })))} id={row => `${row.lane.stepId} ${row.lane.undo} ${row.bar?.seq ?? ''} ${row.bar?.kind ?? ''}`} columns={[
          { key: 'step', head: 'Step', cell: ({ lane }) => <>{lane.undo && 'undo '}<Untrusted text={lane.stepId} line /></> }, { key: 'agent', head: 'Agent', cell: ({ lane }) => <AgentLink type={lane.agentType} /> },
          { key: 'kind', head: 'What', cell: ({ bar, lane }) => bar ? barWords[bar.kind] : stepMark(lane.status).word, nowrap: true }, { key: 'attempt', head: 'Attempt', align: 'end', cell: ({ bar }) => bar?.attempt ?? '–' }, { key: 'outcome', head: 'Outcome', cell: ({ bar }) => bar ? words(outcomeWords[bar.outcome]) : '–', nowrap: true },
          { key: 'from', head: 'From', cell: ({ bar }) => bar ? <When at={bar.from} clock ms /> : '–' }, { key: 'took', head: 'Took', align: 'end', cell: ({ bar }) => bar ? <Took from={bar.from} to={bar.to} /> : '–' }, { key: 'detail', head: 'Detail', wide: true, cell: ({ bar }) => <Untrusted text={bar?.detail} max={200} /> },
        ]} />
          : <>{live ? <Ticking timeline={timeline} lanes={lanes} fold={fold} event={event} pick={pick} /> : <Bars placed={placeTimeline(timeline, lanes, fold)} event={event} pick={pick} />}<Legend /></>}
      <BarDetail timeline={timeline} event={event} pick={pick} />
    </>
  }}</View>
}

/** Open bars grow with the clock, once a second. */
const Ticking = ({ timeline, lanes, fold, event, pick }: { timeline: Timeline, lanes: Timeline['lanes'], fold: boolean, event: string, pick: (seq: number | null) => void }) => {
  const now = useNow()
  const placed = useMemo(() => placeTimeline({ ...timeline, now: new Date(Math.max(now, Date.parse(timeline.now))).toISOString() }, lanes, fold), [timeline, lanes, fold, now])
  return <Bars placed={placed} event={event} pick={pick} />
}
