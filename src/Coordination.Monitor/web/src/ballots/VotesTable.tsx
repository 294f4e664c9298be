import type { VoteView } from '../api/types'
import { Chip, Tag } from '../ui/Chip'
import { decimal } from '../ui/format'
import { Icon } from '../ui/Icon'
import { words } from '../ui/marks'
import { Table } from '../ui/Table'
import { Untrusted } from '../ui/Untrusted'
import { Empty } from '../ui/View'
import css from './ballots.module.css'

export const Meter = ({ value }: { value: number }) => <span className={css.meter}><i className="bar" aria-hidden="true"><b style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} /></i>{decimal(value)}</span>

export const VotesTable = ({ votes, silent, sealed }: { votes: readonly VoteView[], silent: readonly string[], sealed: boolean }) => sealed
  ? <Empty icon="lock" title="The votes are sealed"><p>They can be read when the ballot is decided, so that nobody votes after others.</p></Empty>
  : <>
    {votes.length === 0 ? <Empty icon="vote" title="Nobody has voted yet" /> : <Table label="Votes" testId="votes" rows={votes} id={row => `${row.voter} ${row.round}`} copy={row => row.voter} tone={row => row.veto ? 'bad' : row.dissents ? 'warn' : undefined} columns={[
      { key: 'voter', head: 'Voter', cell: row => <><strong style={{ fontWeight: 550 }}><Untrusted text={row.voter} line /></strong>{row.expert && <> <Tag>expert</Tag></>}<div className="muted"><Untrusted text={row.model ?? row.family} line /></div></> },
      { key: 'vote', head: 'Vote', cell: row => <div className="stack" style={{ gap: 3, justifyItems: 'start' }}><strong style={{ fontWeight: 550 }}><Untrusted text={row.choice} /></strong>{row.veto && <Chip mark={{ tone: 'bad', icon: 'shield', word: 'Veto' }} />}{row.dissents && <Tag tone="warn">dissents</Tag>}{row.flippedFrom !== null && <span className="muted">was <Untrusted text={row.flippedFrom} line /></span>}</div> },
      { key: 'round', head: 'Round', align: 'end', cell: row => row.round }, { key: 'weight', head: 'Weight', align: 'end', cell: row => row.weight === null ? '–' : decimal(row.weight) },
      { key: 'confidence', head: 'Confidence', cell: row => row.confidence === null ? '–' : <Meter value={row.confidence} />, nowrap: true }, { key: 'brier', head: 'Brier', align: 'end', cell: row => row.brier === null ? <span title="Not judged often enough">–</span> : <span title={`Over ${row.judged} judged votes; 0 is perfect, 0.25 is guessing`}>{decimal(row.brier)}</span> },
      { key: 'counted', head: 'Counted', cell: row => row.counted ? 'yes' : <Tag tone="warn" title={row.why ?? undefined}>{words(row.treatment)}</Tag>, nowrap: true },
      { key: 'why', head: 'Their words', wide: true, cell: row => <div className="stack" style={{ gap: 4 }}><Untrusted text={row.rationale} max={260} none="no reason given" />{row.veto && <div><strong style={{ fontWeight: 550 }}>Veto: </strong><Untrusted text={row.veto.reason} max={200} />{row.veto.evidence && <span className="muted"> · <Untrusted text={row.veto.evidence} max={160} /></span>}</div>}{row.evidence.length > 0 && <div className="muted">Evidence: <Untrusted text={row.evidence.join(' · ')} max={200} /></div>}{!row.counted && row.why && <div className="muted">Not counted: <Untrusted text={row.why} max={200} /></div>}</div> },
    ]} />}
    {silent.length > 0 && <p className="muted row"><Icon name="clock" />Not heard from: <Untrusted text={silent.join(', ')} /></p>}
  </>
