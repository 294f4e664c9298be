import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { BallotDetail, OptionView } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Chip, Tag } from '../ui/Chip'
import { Id } from '../ui/Copy'
import { plural, pretty, withCents } from '../ui/format'
import { Icon } from '../ui/Icon'
import { ballotMark } from '../ui/marks'
import { Facts, Page, Panel, Section } from '../ui/Page'
import { revealedText } from '../ui/revealed'
import { Ago, Until, When } from '../ui/Time'
import { TwinToggle } from '../ui/Twin'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { ErrorPanel, View } from '../ui/View'
import { AnswerForm } from './AnswerForm'
import css from './ballots.module.css'
import { Decision, Dissent } from './Decision'
import { QuorumBar } from './QuorumBar'
import { VotesTable } from './VotesTable'

const Option = ({ option, chosen }: { option: OptionView, chosen: boolean }) => (
  <div className={css.option} data-testid="option">
    <header><h3><Untrusted text={option.name} /></h3>{option.safe && <Tag tone="ok">safe</Tag>}{chosen && <Chip mark={{ tone: 'ok', icon: 'check', word: 'Decided' }} />}</header>
    {option.argumentsHidden ? <p className="muted row"><Icon name="lock" />What it would do exactly is hidden; it needs the role payload reader.</p> : option.arguments === null || option.arguments === undefined ? <p className="muted">It does nothing by itself.</p> : <pre tabIndex={0} role="group" aria-label={`What ${revealedText(option.name)} would do`}><Untrusted text={withCents(pretty(option.arguments))} mono max={1_200} /></pre>}
  </div>
)
const Sentences = ({ items, none }: { items: readonly string[], none: string }) => items.length === 0 ? <p className="muted">{none}</p> : <ul className={css.list}>{items.map(item => <li key={item}><Icon name="chevron" size={10} /><Untrusted text={item} /></li>)}</ul>

const Body = ({ detail }: { detail: BallotDetail }) => {
  const { ballot } = detail
  const [roundText] = useParam('round')
  const rounds = roundText ? detail.rounds.filter(round => String(round.round) === roundText) : detail.rounds
  const open = ballot.status === 'voting' || ballot.status === 'people'
  return <div className={css.twoCol} data-page-copy={ballot.ballotId}>
    <div className="stack" style={{ gap: 24 }}>
      <div className="stack">
        <p className={css.question}><Untrusted text={ballot.question} /></p>
        <Facts items={[['Asked by', <Untrusted text={ballot.requester} line />], ['Policy', <><Untrusted text={ballot.policy} line /> <span className="muted"><Untrusted text={ballot.tier} line /></span></>], ['Voters', ballot.voters], ballot.runId !== null && ['Run', <Link href={`/runs/${ballot.runId}/votes`}>open</Link>], detail.domain !== null && ['Domain', <Untrusted text={detail.domain} line />], ballot.openedAt !== null && ['Opened', <Ago at={ballot.openedAt} suffix=" ago" />], ballot.decidedAt ? ['Decided', <When at={ballot.decidedAt} />] : ballot.endsAt !== null && ['Closes', <Until at={ballot.endsAt} />], detail.reported !== null && ['Turned out right', <Untrusted text={detail.reported} />]]} />
        <Decision detail={detail} />
        {detail.refusal && <ErrorPanel error={new Error(detail.refusal.map(problem => problem.message).join('; '))} />}
        {detail.flags.length > 0 && <div className="row">{detail.flags.map(flag => <Tag key={flag} tone="warn"><Untrusted text={flag} line /></Tag>)}</div>}
      </div>
      <Section title="What each option would do" id="options" note="from the request, before anyone's opinion"><div className={css.options}>{detail.options.map(option => <Option key={option.name} option={option} chosen={option.name === ballot.option} />)}</div>
        {detail.subjectHidden ? <p className="muted row"><Icon name="lock" />The subject is hidden; it needs the role payload reader.</p> : detail.subject !== null && detail.subject !== undefined && <details><summary>The subject as it was asked</summary><pre tabIndex={0} role="group" aria-label="The subject"><Untrusted text={withCents(pretty(detail.subject))} mono max={2_000} /></pre></details>}
        {detail.evidence.length > 0 && <p className="muted">Evidence given: <Untrusted text={detail.evidence.join(' · ')} max={300} /></p>}</Section>
      <Section title="Count" id="count" note={<Untrusted text={detail.rule} />} actions={<TwinToggle diagram="bar" />}>
        {detail.sealed ? <Panel><div className="row"><Icon name="lock" />Sealed until it is decided: {ballot.voters} voters are asked.</div></Panel> : <div className="stack" style={{ gap: 20 }}>{rounds.map(round => <QuorumBar key={round.round} round={round} />)}</div>}
      </Section>
      <div className={css.said}>
        <p className={css.saidNote}>Below are the words of agents and people. They are shown as written and may be wrong, or written to persuade.</p>
        <Section title="Votes" id="votes-of-ballot" note={detail.answers.length > 0 ? 'as they stood when people were asked; what a person answered comes last' : undefined}><VotesTable votes={detail.votes} answers={detail.answers} silent={detail.silent} sealed={detail.sealed} /></Section>
      </div>
    </div>
    <div className={css.aside}>
      {open && <AnswerForm detail={detail} />}
      <Section title="What would flip it" id="flips" note={detail.decision?.by === 'people' ? 'the votes, not what a person decided' : undefined}><Sentences items={detail.flips} none={detail.sealed ? 'Known when the votes are.' : 'No single vote would have changed it.'} /></Section>
      <Section title="Dissent" id="dissent"><Dissent detail={detail} /></Section>
      <Section title="Record" id="record">{detail.record.fault ? <Panel tone="bad"><div className="row"><Icon name="warn" /><strong>The record is broken</strong></div><Untrusted text={detail.record.fault} /></Panel> : <p className="muted">{plural(detail.record.lines, 'line')}, complete and unchanged{detail.record.hash && <>; hash <Id id={detail.record.hash} what="hash" /></>}</p>}</Section>
    </div>
  </div>
}

export const BallotPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const id = params.id ?? ''
  const query = useApi<BallotDetail>(`ballot:${id}`, `/ballots/${id}`)
  const detail = query.data
  const target = { targets: [{ ballot: id }] }
  return (
    <Page title={detail ? `Ballot: ${revealedText(detail.ballot.question).slice(0, 60)}` : 'Ballot'} heading="Ballot" crumbs={[{ href: '/consensus', text: 'Consensus' }]}
      note={detail && <><Chip mark={ballotMark(detail.ballot)} /><span>round {detail.ballot.round}</span>{!detail.ballot.decidedAt && detail.ballot.endsAt && <span>closes <Until at={detail.ballot.endsAt} /></span>}<Id id={id} what="ballot id" /></>}
      actions={detail?.actions.filter(offer => offer.kind === 'ballot.report' || offer.kind === 'ballot.cancel').map(offer => <ActionButton key={offer.kind} offer={offer} intent={{ kind: offer.kind, ...target, options: detail.options.map(option => option.name), about: <Untrusted text={detail.ballot.question} max={200} /> }} />)}>
      <View query={query} what="this ballot" rows={10}>{data => <Body detail={data} />}</View>
    </Page>
  )
}
