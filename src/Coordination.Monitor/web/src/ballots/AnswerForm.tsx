import { useId, useState } from 'react'
import { useMe } from '../api/queries'
import type { BallotDetail } from '../api/types'
import { useRoleWhy } from '../operations/ActionButton'
import { operate } from '../operations/intent'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Icon } from '../ui/Icon'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './ballots.module.css'
import { followsOf } from './words'

const none = '\u0000none'

/** What was answered, and by whom: there is nothing left to fill in. */
const Given = ({ person, option, note, at }: { person: string, option: string | null, note: string | null, at: string | null }) => (
  <div className={css.form} data-testid="answer-given"><h2>Your answer</h2>
    <p className="row"><Icon name="check" /><span><strong>{option === null ? 'None of them' : <Untrusted text={option} />}</strong>, by <Untrusted text={person} />{at && <>, <When at={at} /></>}</span></p>
    {note && <p><Untrusted text={note} /></p>}
    <p className="muted">{at ? 'It is recorded and counts; one answer a person.' : 'It is on its way and will be recorded in a moment.'}</p>
  </div>
)

/** Where a person answers. What is chosen is confirmed in a dialog that says what it does. */
export const AnswerForm = ({ detail }: { detail: BallotDetail }) => {
  const name = useId()
  const [choice, setChoice] = useState('')
  const [note, setNote] = useState('')
  const [sent, setSent] = useState<{ option: string | null, note: string } | null>(null)
  const { data: me } = useMe()
  const roleWhy = useRoleWhy('approver')
  const { ballot } = detail
  const offer = detail.actions.find(item => item.kind === 'ballot.answer')
  const why = offer ? (offer.enabled ? null : offer.why ?? 'Not possible now.') : roleWhy
  const several = (ballot.people ?? 1) > 1
  const own = detail.answers.find(answer => answer.refusal === null && me !== undefined && answer.person.trim().toLowerCase() === me.user.trim().toLowerCase())
  if (own) return <Given person={own.person} option={own.option} note={own.note} at={own.at} />
  if (sent) return <Given person={me?.user ?? 'you'} option={sent.option} note={sent.note} at={null} />
  const follows = (option: string | null) => {
    const text = followsOf(detail, option)
    return text === null ? null : several && option !== null ? `When ${ballot.people} people agree: ${text}` : text
  }
  return (
    <form className={css.form} aria-label="Your answer" data-testid="answer-form" onSubmit={event => {
      event.preventDefault()
      if (why || !choice) return
      const option = choice === none ? null : choice
      operate({ kind: 'ballot.answer', targets: [{ ballot: ballot.ballotId }], parameters: { option }, reason: note, onDone: () => setSent({ option, note }), about: <>You answer <strong>{option === null ? 'none of them' : <Untrusted text={option} />}</strong>{follows(option) ? <>. <strong className={css.follows}><Untrusted text={follows(option)} /></strong></> : option === null ? ': no option is carried out.' : '.'}</> })
    }}>
      <h2>Your answer</h2>
      {ballot.people !== null && ballot.status === 'people' && <p className="muted">{several ? `${ballot.people} people have to agree` : 'One person decides'}{detail.answers.length > 0 && `; ${detail.answers.length} answered so far`}.</p>}
      <fieldset className={control.choices} disabled={why !== null}><legend className="visually-hidden">Option</legend>
        {/* The name is inside, as text of a stranger. */}
        {/* eslint-disable-next-line jsx-a11y/label-has-associated-control */}
        {detail.options.map(option => <label key={option.name} className={control.choice}><input type="radio" name={name} checked={choice === option.name} onChange={() => setChoice(option.name)} /><span><strong><Untrusted text={option.name} /></strong>{option.safe && <div className="muted">the safe one</div>}{follows(option.name) && <div className="muted"><Untrusted text={follows(option.name)} /></div>}</span></label>)}
        <label className={control.choice}><input type="radio" name={name} checked={choice === none} onChange={() => setChoice(none)} /><span><strong>None of them</strong><div className="muted"><Untrusted text={follows(null) ?? 'Nothing of this is done, and whoever asked is told so.'} /></div></span></label>
      </fieldset>
      <label className={control.field}><span>Note</span><textarea className={control.input} value={note} disabled={why !== null} onChange={event => setNote(event.target.value)} placeholder="Why, for the record" /></label>
      <Button type="submit" look="primary" why={why ?? (choice ? null : 'Choose first.')} onClick={() => {}} data-testid="answer-submit">Answer…</Button>
      {why && <p className="muted">{why}</p>}
    </form>
  )
}
