import type { RoundView } from '../api/types'
import { Tag } from '../ui/Chip'
import { plural } from '../ui/format'
import { plain, words } from '../ui/marks'
import { usePrefs } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { Untrusted } from '../ui/Untrusted'
import css from './ballots.module.css'
import { amount, quorumOf } from './quorum'

const outcomeWords: Record<string, string> = { 'decided': 'Decided', 'split': 'No option had enough', 'no-quorum': 'Too few voted', 'vetoed': 'Vetoed', 'dissent-escalated': 'Handed to people: an expert was against it', 'open': 'Open' }

export const QuorumBar = ({ round }: { round: RoundView }) => {
  const { textTwin } = usePrefs()
  const quorum = quorumOf(round)
  const needed = round.needed === null ? null : amount(round.needed, round.inHeads)
  const whole = amount(round.whole, round.inHeads)
  const said = `${quorum.parts.map(part => `${revealedText(part.option)} ${amount(part.value, round.inHeads)}`).join(', ') || 'no votes yet'}; ${round.abstained} abstained, ${round.missing} missing; ${needed === null ? 'no quorum line' : `needs ${needed}`} of ${whole} ${quorum.unit(round.whole)}`
  return (
    <div className="stack" style={{ gap: 6 }} data-testid="quorum">
      <div className={css.roundHead}><h3>Round {round.round}</h3>{round.arbiter && <Tag tone="vote">arbiter</Tag>}{round.deadlinePassed && <Tag tone="warn">deadline passed</Tag>}<span className="muted">{outcomeWords[plain(round.outcome)] ?? words(round.outcome)} · {plural(round.asked, 'voter')} asked</span></div>
      {textTwin ? <Table label={`Round ${round.round} as text`} rows={round.tally} id={row => row.option} columns={[{ key: 'option', head: 'Option', cell: row => <><Untrusted text={row.option} />{row.option === round.leading && <> <Tag tone="accent">leads</Tag></>}</> }, { key: 'weight', head: 'Weight', align: 'end', cell: row => row.weight.toFixed(2) }, { key: 'votes', head: 'Votes', align: 'end', cell: row => row.votes }, { key: 'needed', head: 'Needs', align: 'end', cell: () => needed ?? '–' }]} />
        : <div className={css.quorum} role="img" aria-label={said}>
          {quorum.line !== null && <div className={css.barBox}><div className={css.line} data-right={quorum.line > 0.7 || undefined} style={{ left: `${quorum.line * 100}%` }}><span className={css.lineText}>needs {needed}</span></div></div>}
          <div className={`${css.barRow} bar`}>{quorum.parts.map((part, index) => <div key={part.option} className={css.part} data-look={index % 4} style={{ width: `${part.share * 100}%` }}>{part.share > 0.16 && <span><Untrusted text={part.option} line /> {amount(part.value, round.inHeads)}</span>}</div>)}</div>
        </div>}
      <div className={css.legend}>
        {quorum.parts.map((part, index) => <span key={part.option}><i className={`${css.part} bar`} data-look={index % 4} style={{ padding: 0, border: 0 }} /><strong><Untrusted text={part.option} line /></strong> {amount(part.value, round.inHeads)} {quorum.unit(part.value)}{part.option === quorum.reached && ' · enough'}</span>)}
        {round.abstained > 0 && <span>{round.abstained} abstained</span>}{round.missing > 0 && <span>{plural(round.missing, 'vote')} missing</span>}<span>{whole} {quorum.unit(round.whole)} in all</span>
      </div>
      {round.explanation.length > 0 && <ul className="muted">{round.explanation.map(line => <li key={line}><Untrusted text={line} /></li>)}</ul>}
    </div>
  )
}
