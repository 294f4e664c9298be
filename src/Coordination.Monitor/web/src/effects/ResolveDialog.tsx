import { useId, useState } from 'react'
import type { EffectView, OperationParameters } from '../api/types'
import { useRoleWhy } from '../operations/ActionButton'
import { operate } from '../operations/intent'
import { asAnswer } from '../operations/ParameterForm'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Dialog } from '../ui/Dialog'
import { Facts } from '../ui/Page'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'

type Verdict = NonNullable<OperationParameters['verdict']>
const verdicts: readonly (readonly [Verdict, string, string])[] = [
  ['happened', 'It happened', 'You saw its result outside: the mail is there, the row is there. The call is not made again, and the step goes on with the result you give below.'],
  ['did-not-happen', 'It did not happen', 'You looked and it is not there. The call is made again. If it did take place after all, it will be there twice.'],
  ['compensate', 'Undo it', 'You cannot tell, or it must not stay. What undoes it is run, the step fails, and what was done before it is undone as well.'],
]
const validJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The three answers there are, each with what follows from it; the next dialog asks for the reason and confirms. */
export const ResolveDialog = ({ effect, onClose }: { effect: EffectView, onClose: () => void }) => {
  const name = useId()
  const roleWhy = useRoleWhy('operator')
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const [result, setResult] = useState('')
  const badResult = verdict === 'happened' && result.trim() !== '' && !validJson(result)
  return (
    <Dialog title="What became of this effect?" onClose={onClose} testId="resolve-dialog" footer={<><Button onClick={onClose}>Leave it</Button><Button look="primary" why={roleWhy ?? (verdict === null ? 'Choose first.' : badResult ? 'The result must be JSON.' : null)} onClick={() => {
      if (verdict === null) return
      onClose()
      operate({ kind: 'effect.resolve', targets: [{ run: effect.runId, step: effect.stepId, effect: effect.key, ...(effect.questionId !== null && { question: effect.questionId }) }], parameters: { verdict, ...(verdict === 'happened' && result.trim() !== '' && { result: asAnswer(result) }) }, about: <><Untrusted text={effect.tool} line /> of <Untrusted text={effect.runName} line />: <strong>{verdicts.find(([key]) => key === verdict)?.[1]}</strong></> })
    }}>Next…</Button></>}>
      <Facts items={[['Tool', <Untrusted text={effect.tool} line />], ['Run', <Untrusted text={effect.runName} line />], ['Step', <Untrusted text={effect.stepId} line />], ['Scope', <Untrusted text={effect.scope} />], ['Called', <>{effect.calls} × · <Ago at={effect.changedAt} suffix=" ago" /></>], ['Key', <Untrusted text={effect.key} mono />]]} />
      {effect.lastDetail && <p><Untrusted text={effect.lastDetail} /></p>}
      <fieldset className={control.choices}><legend className={control.legend}>Look at the other system first, then say</legend>
        {/* eslint-disable-next-line jsx-a11y/label-has-associated-control */}
        {verdicts.map(([key, title, text]) => <label key={key} className={control.choice}><input type="radio" name={name} checked={verdict === key} onChange={() => setVerdict(key)} data-testid={`verdict-${key}`} /><span><strong>{title}</strong><div className="muted">{text}</div></span></label>)}
      </fieldset>
      {verdict === 'happened' && <label className={control.field}><span>Its result, as JSON (optional)</span><textarea className={`${control.input} mono`} value={result} aria-invalid={badResult || undefined} onChange={event => setResult(event.target.value)} placeholder='{"messageId": "…"}' /><span className={control.hint}>{badResult ? 'This is not JSON yet.' : 'The step reads it as the answer of the tool.'}</span></label>}
    </Dialog>
  )
}
