import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { RunDetail } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Button, buttonClass } from '../ui/Button'
import { Chip, Glyph } from '../ui/Chip'
import { Id } from '../ui/Copy'
import { compact, money } from '../ui/format'
import { ballotMark, runMark, stepMark } from '../ui/marks'
import { AgentLink } from '../ui/Linked'
import { Facts } from '../ui/Page'
import { Ago, Lasted, Until } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { View } from '../ui/View'
import css from './runs.module.css'

/** A look at one run without losing the list. */
export const RunPeek = ({ id, onClose }: { id: string, onClose: () => void }) => {
  const query = useApi<RunDetail>(`run:${id}`, `/runs/${id}`, { keep: true })
  const name = query.data?.run.name ?? 'Run'
  return (
    // Escape closes it from anywhere inside.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside className={css.peek} aria-label="Run beside the list" data-testid="peek" onKeyDown={event => { if (event.key === 'Escape') onClose() }}>
      <div className={css.peekHead}><h2><Untrusted text={name} /></h2><Link href={`/runs/${id}`} className={buttonClass(undefined, true)}>Open</Link><Button small look="quiet" icon="cross" aria-label="Close" onClick={onClose} /></div>
      <View query={query} what="this run">{({ run, story, steps, ballots, actions }) => <div className="stack">
        <div className="row"><Chip mark={runMark(run)} /><Id id={run.runId} what="run id" /></div>
        <p><Untrusted text={story} /></p>
        {run.stuck && <p><strong>Stuck: </strong><Untrusted text={run.stuck} /></p>}
        {run.failedDetail && <p className="muted"><Untrusted text={run.failedDetail} max={300} /></p>}
        <Facts items={[run.businessScope !== null && ['About', <Untrusted text={run.businessScope} line />], ['Took', <Lasted from={run.startedAt} to={run.endedAt} />], ['Started', <Ago at={run.startedAt} suffix=" ago" />], run.deadlineAt !== null && run.endedAt === null && ['Deadline', <Until at={run.deadlineAt} />], ['Cost', money(run.costMicroUsd)], ['Tokens', compact(run.tokens)], ['Requester', <Untrusted text={run.requester} line />]]} />
        <ul className={css.peekSteps} aria-label="Steps">{steps.map(step => <li key={step.stepId}><Glyph mark={stepMark(step.status)} /><span className="truncate"><Untrusted text={step.stepId} line /> <AgentLink type={step.agentType} /></span><span className="muted">{step.attempt > 1 ? `try ${step.attempt}` : ''}</span></li>)}</ul>
        {ballots.length > 0 && <ul className={css.peekSteps} aria-label="Ballots">{ballots.map(ballot => <li key={ballot.ballotId}><Glyph mark={ballotMark(ballot)} /><Link href={`/consensus/${ballot.ballotId}`} className="truncate"><Untrusted text={ballot.question} line /></Link><span /></li>)}</ul>}
        <div className="row">{actions.filter(offer => offer.kind === 'run.cancel').map(offer => <ActionButton key={offer.kind} offer={offer} intent={{ kind: 'run.cancel', targets: [{ run: run.runId }], about: <><strong><Untrusted text={run.name} line /></strong> <Untrusted text={run.businessScope} line none="" /></> }} />)}</div>
      </div>}</View>
    </aside>
  )
}
