import type { ReactNode } from 'react'
import type { AnswerView, VoteView } from '../api/types'
import { Chip, Tag } from '../ui/Chip'
import { decimal } from '../ui/format'
import { Icon } from '../ui/Icon'
import { words } from '../ui/marks'
import { Table, type Column } from '../ui/Table'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty } from '../ui/View'
import css from './ballots.module.css'

export const Meter = ({ value }: { value: number }) => <span className={css.meter}><i className="bar" aria-hidden="true"><b style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} /></i>{decimal(value)}</span>

/** A vote, or below the votes what a person answered. */
type Row = { vote: VoteView, answer: null } | { vote: null, answer: AnswerView }
const column = (key: string, head: string, vote: (row: VoteView) => ReactNode, answer: (row: AnswerView) => ReactNode, more: Partial<Column<Row>> = {}): Column<Row> => ({ key, head, cell: row => row.vote ? vote(row.vote) : answer(row.answer), ...more })
const none = () => '–'

const columns: readonly Column<Row>[] = [
  column('voter', 'Voter', row => <><strong style={{ fontWeight: 550 }}><Untrusted text={row.voter} line /></strong>{row.expert && <> <Tag>expert</Tag></>}<div className="muted"><Untrusted text={row.model ?? row.family} line /></div></>, row => <><strong style={{ fontWeight: 550 }}><Untrusted text={row.person} line /></strong> <Tag tone="vote">person</Tag><div className="muted"><When at={row.at} clock /></div></>),
  column('vote', 'Vote', row => <div className="stack" style={{ gap: 3, justifyItems: 'start' }}><strong style={{ fontWeight: 550 }}><Untrusted text={row.choice} /></strong>{row.veto && <Chip mark={{ tone: 'bad', icon: 'shield', word: 'Veto' }} />}{row.dissents && <Tag tone="warn">dissents</Tag>}{row.flippedFrom !== null && <span className="muted">was <Untrusted text={row.flippedFrom} line /></span>}</div>, row => <strong style={{ fontWeight: 550 }}>{row.option === null ? 'none of them' : <Untrusted text={row.option} />}</strong>),
  column('round', 'Round', row => row.round, none, { align: 'end' }), column('weight', 'Weight', row => row.weight === null ? '–' : decimal(row.weight), none, { align: 'end' }),
  column('confidence', 'Confidence', row => row.confidence === null ? '–' : <Meter value={row.confidence} />, none, { nowrap: true }), column('brier', 'Brier', row => row.brier === null ? <span title="Not judged often enough">–</span> : <span title={`Over ${row.judged} judged votes; 0 is perfect, 0.25 is guessing`}>{decimal(row.brier)}</span>, none, { align: 'end' }),
  column('counted', 'Counted', row => row.counted ? 'yes' : <Tag tone="warn" title={row.why ?? undefined}>{words(row.treatment)}</Tag>, row => row.refusal === null ? 'yes' : <Tag tone="warn" title={row.refusal}>not counted</Tag>, { nowrap: true }),
  column('why', 'Their words', row => <div className="stack" style={{ gap: 4 }}><Untrusted text={row.rationale} max={260} none="no reason given" />{row.veto && <div><strong style={{ fontWeight: 550 }}>Veto: </strong><Untrusted text={row.veto.reason} max={200} />{row.veto.evidence && <span className="muted"> · <Untrusted text={row.veto.evidence} max={160} /></span>}</div>}{row.evidence.length > 0 && <div className="muted">Evidence: <Untrusted text={row.evidence.join(' · ')} max={200} /></div>}{!row.counted && row.why && <div className="muted">Not counted: <Untrusted text={row.why} max={200} /></div>}</div>, row => <div className="stack" style={{ gap: 4 }}><Untrusted text={row.note} max={260} none="no reason given" />{row.refusal && <div className="muted">Not counted: <Untrusted text={row.refusal} max={200} /></div>}</div>, { wide: true }),
]

/** The votes as they were cast, and last what people answered. */
export const VotesTable = ({ votes, answers, silent, sealed }: { votes: readonly VoteView[], answers: readonly AnswerView[], silent: readonly string[], sealed: boolean }) => sealed
  ? <Empty icon="lock" title="The votes are sealed"><p>They can be read when the ballot is decided, so that nobody votes after others.</p></Empty>
  : <>
    {votes.length + answers.length === 0 ? <Empty icon="vote" title="Nobody has voted yet" /> : <Table<Row> label="Votes" testId="votes" rows={[...votes.map(vote => ({ vote, answer: null })), ...answers.map(answer => ({ vote: null, answer }))]} columns={columns} id={row => row.vote ? `${row.vote.voter} ${row.vote.round} ${row.vote.at}` : `answer ${row.answer.person} ${row.answer.at}`} copy={row => row.vote?.voter ?? row.answer?.person ?? ''} tone={row => row.answer ? 'vote' : row.vote.veto ? 'bad' : row.vote.dissents ? 'warn' : undefined} />}
    {silent.length > 0 && <p className="muted row"><Icon name="clock" />Not heard from: <Untrusted text={silent.join(', ')} /></p>}
  </>
