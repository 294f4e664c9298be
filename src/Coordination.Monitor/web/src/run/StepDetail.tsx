import { Link } from 'wouter'
import type { StepView } from '../api/types'
import { Chip, Tag } from '../ui/Chip'
import { AgentLink, Linked } from '../ui/Linked'
import { stepMark } from '../ui/marks'
import { Facts } from '../ui/Page'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Left, Worked } from './Moment'
import css from './run.module.css'

export const StepDetail = ({ step }: { step: StepView }) => (
  <div className={css.detail} data-testid="step-detail">
    <div className="row"><h2 className="small-heading"><Untrusted text={step.stepId} line /></h2><Chip mark={stepMark(step.status)} />{step.pivot && <Tag tone="warn" title="From here there is no way back">no way back</Tag>}{step.optional && <Tag>optional</Tag>}{step.inDoubt && <Tag tone="bad">in doubt</Tag>}</div>
    <Facts items={[
      ['Agent', <AgentLink type={step.agentType} />], step.attempt > 0 && ['Attempt', step.attempt], step.startedAt !== null && ['Started', <When at={step.startedAt} />], step.startedAt !== null && ['Took', <Worked ms={step.tookMs} since={step.since} />], step.undoAttempts > 0 && ['Undo took', <><Worked ms={step.undoTookMs} since={step.undoSince} />{step.undoAttempts > 1 && `, at try ${step.undoAttempts}`}</>],
      step.waitingOn !== null && ['Waits for', <><Linked text={step.waitingOn} line />{step.waitEndsAt && <> · <Left at={step.waitEndsAt} /></>}</>], step.dependsOn.length > 0 && ['After', <Untrusted text={step.dependsOn.join(', ')} />], step.undoneBy !== null && ['Undone by', <AgentLink type={step.undoneBy} />],
      step.electorate !== null && ['Voters', <Untrusted text={step.electorate.join(', ')} />], step.policy !== null && ['Policy', <Untrusted text={step.policy} line />], step.ballotId !== null && ['Ballot', <Link href={`/consensus/${step.ballotId}`}>open</Link>], step.answeredBy !== null && ['Answered by', <Untrusted text={step.answeredBy} line />], step.percent !== null && ['Progress', `${step.percent} %`], step.incidentId !== null && ['Incident', <code><Untrusted text={step.incidentId} /></code>], step.reason !== null && ['Reason', <Untrusted text={step.reason} line />],
    ]} />
    {step.note && <p><Untrusted text={step.note} /></p>}{step.detail && <p><Untrusted text={step.detail} /></p>}
  </div>
)
