import { useId, useState } from 'react'
import type { BallotDetail } from '../api/types'
import { useRoleWhy } from '../operations/ActionButton'
import { operate } from '../operations/intent'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { plural } from '../ui/format'
import { Untrusted } from '../ui/Untrusted'
import css from './ballots.module.css'

const none = '\u0000none'

/** Where a person answers. What is chosen is confirmed in a dialog that says what it does. */
export const AnswerForm = ({ detail }: { detail: BallotDetail }) => {
  const name = useId()
  const [choice, setChoice] = useState('')
  const [note, setNote] = useState('')
  const roleWhy = useRoleWhy('approver')
  const { ballot } = detail
  const offer = detail.actions.find(item => item.kind === 'ballot.answer')
  const why = offer ? (offer.enabled ? null : offer.why ?? 'Not possible now.') : roleWhy
  return (
    <form className={css.form} aria-label="Your answer" data-testid="answer-form" onSubmit={event => {
      event.preventDefault()
      if (why || !choice) return
      operate({ kind: 'ballot.answer', targets: [{ ballot: ballot.ballotId }], parameters: { option: choice === none ? null : choice }, reason: note, about: <>You answer <strong>{choice === none ? 'none of them' : <Untrusted text={choice} />}</strong>{choice === none && ': no option is carried out'}.</> })
    }}>
      <h2>Your answer</h2>
      {ballot.people !== null && ballot.status === 'people' && <p className="muted">{plural(ballot.people, 'person has', 'people have')} to agree{detail.answers.length > 0 && `; ${detail.answers.length} answered so far`}.</p>}
      <fieldset className={control.choices} disabled={why !== null}><legend className="visually-hidden">Option</legend>
        {/* The name is inside, as text of a stranger. */}
        {/* eslint-disable-next-line jsx-a11y/label-has-associated-control */}
        {detail.options.map(option => <label key={option.name} className={control.choice}><input type="radio" name={name} checked={choice === option.name} onChange={() => setChoice(option.name)} /><span><strong><Untrusted text={option.name} /></strong>{option.safe && <div className="muted">the safe one</div>}</span></label>)}
        <label className={control.choice}><input type="radio" name={name} checked={choice === none} onChange={() => setChoice(none)} /><span><strong>None of them</strong><div className="muted">Nothing of this is done; the run is told so.</div></span></label>
      </fieldset>
      <label className={control.field}><span>Note</span><textarea className={control.input} value={note} disabled={why !== null} onChange={event => setNote(event.target.value)} placeholder="Why, for the record" /></label>
      <Button type="submit" look="primary" why={why ?? (choice ? null : 'Choose first.')} onClick={() => {}} data-testid="answer-submit">Answer…</Button>
      {why && <p className="muted">{why}</p>}
    </form>
  )
}
