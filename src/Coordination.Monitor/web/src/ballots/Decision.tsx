import type { BallotDetail } from '../api/types'
import { Icon } from '../ui/Icon'
import { Panel } from '../ui/Page'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './ballots.module.css'
import { decisionTitle, leadingOf } from './words'

/** How it ended: who decided what, when and why. */
export const Decision = ({ detail }: { detail: BallotDetail }) => {
  const { decision } = detail
  if (decision === null) return null
  const leading = leadingOf(detail)
  return <Panel tone={decision.option === null ? 'warn' : undefined} testId="decision">
    <div className="row"><Icon name={decision.by === 'people' ? 'person' : 'vote'} /><strong>{decisionTitle(decision, decision.people.length > 1)}<Untrusted text={decision.option} /></strong></div>
    <p className={css.decisionFacts}>{decision.people.length > 0 && <>by <Untrusted text={decision.people.join(', ')} />, </>}<When at={decision.at} />{decision.note ? <>, because: <Untrusted text={decision.note} /></> : decision.by === 'people' && ', without a reason'}</p>
    {leading !== null && decision.by !== 'votes' && <p className="muted">The votes had led to <Untrusted text={leading} />{decision.option === leading ? ' as well' : ''}; they stand below as they stood then.</p>}
  </Panel>
}

/** Who was against what the votes led to, in their own words. */
export const Dissent = ({ detail }: { detail: BallotDetail }) => {
  const against = detail.votes.filter(vote => vote.dissents)
  const leading = leadingOf(detail)
  if (against.length === 0) return <p className="muted">{detail.sealed ? 'Known when the votes are.' : 'Nobody voted against it.'}</p>
  return <>
    {leading !== null && <p className="muted">Against <Untrusted text={leading} />, which the votes led to.</p>}
    <ul className={css.list}>{against.map(vote => <li key={`${vote.voter} ${vote.round}`}><Icon name="chevron" size={10} /><span><strong><Untrusted text={vote.voter} /></strong> for <Untrusted text={vote.choice} />{vote.rationale && <>: <Untrusted text={vote.rationale} max={200} /></>}</span></li>)}</ul>
  </>
}
