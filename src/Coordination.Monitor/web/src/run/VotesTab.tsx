import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { BallotDetail, BallotSummary } from '../api/types'
import { Decision, Dissent } from '../ballots/Decision'
import { QuorumBar } from '../ballots/QuorumBar'
import { VotesTable } from '../ballots/VotesTable'
import { Chip } from '../ui/Chip'
import { ballotMark } from '../ui/marks'
import { Section } from '../ui/Page'
import { Untrusted } from '../ui/Untrusted'
import { Empty, View } from '../ui/View'
import { asOf, useRun } from './context'

const Ballot = ({ ballot }: { ballot: BallotSummary }) => {
  const { id, topic, at } = useRun()
  const query = useApi<BallotDetail>(at === null ? `ballot:${ballot.ballotId}` : topic, at === null ? `/ballots/${ballot.ballotId}` : asOf(`/runs/${id}/ballots/${ballot.ballotId}`, at), { keep: true })
  return <Section title={<Untrusted text={ballot.question} max={200} />} actions={<><Chip mark={ballotMark(ballot)} /><Link href={`/consensus/${ballot.ballotId}`}>{at === null ? 'Open the ballot' : 'Open the ballot as it is now'}</Link></>}>
    <View query={query} what="the ballot">{data => <div className="stack"><p className="muted"><Untrusted text={data.rule} /></p>{data.rounds.map(round => <QuorumBar key={round.round} round={round} />)}<Decision detail={data} /><VotesTable votes={data.votes} answers={data.answers} silent={data.silent} sealed={data.sealed} />{data.votes.some(vote => vote.dissents) && <div><h3>Dissent</h3><Dissent detail={data} /></div>}</div>}</View>
  </Section>
}
export const VotesTab = () => {
  const { detail: { ballots } } = useRun()
  return ballots.length === 0 ? <Empty icon="vote" title="No vote was asked for"><p>A ballot appears when a step of the plan has an electorate, or an agent asks for a decision.</p></Empty> : <div className="stack" style={{ gap: 24 }}>{ballots.map(ballot => <Ballot key={ballot.ballotId} ballot={ballot} />)}</div>
}
