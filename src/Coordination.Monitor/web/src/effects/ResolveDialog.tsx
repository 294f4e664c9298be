import { useId, useState } from 'react'
import type { EffectView, OperationParameters } from '../api/types'
import { useRoleWhy } from '../operations/ActionButton'
import { operate } from '../operations/intent'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Dialog } from '../ui/Dialog'
import { Facts } from '../ui/Page'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'

type Verdict = NonNullable<OperationParameters['verdict']>
/** The answers there are, each with what follows from it. */
const verdictsOf = (effect: EffectView): readonly (readonly [Verdict, string, string])[] => [
  ['happened', 'It happened', `You saw it outside: the mail is there, the row is there. The call is not made again${effect.resultExample === null ? ', and the step goes on.' : ', and the step goes on with what it returned: you give that next.'}`],
  ['did-not-happen', 'It did not happen', 'You looked and it is not there. The call is made again. If it did take place after all, it will be there twice.'],
  ['compensate', 'Give the step up', `You cannot tell, or it must not stay. The step fails, and what the run did before it is undone. ${effect.class === 'irreversible' ? 'Nothing takes this effect itself back: if it took place, correct it at its target.' : 'What undoes this effect itself is run where the step has an undo.'}`],
]

/** The three answers there are, each with what follows from it; the next dialog asks for the reason and confirms. */
export const ResolveDialog = ({ effect, onClose }: { effect: EffectView, onClose: () => void }) => {
  const name = useId()
  const roleWhy = useRoleWhy('operator')
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const verdicts = verdictsOf(effect)
  return (
    <Dialog title="What became of this effect?" onClose={onClose} testId="resolve-dialog" footer={<><Button onClick={onClose}>Leave it</Button><Button look="primary" why={roleWhy ?? (verdict === null ? 'Choose first.' : null)} onClick={() => {
      if (verdict === null) return
      onClose()
      operate({ kind: 'effect.resolve', targets: [{ run: effect.runId, step: effect.stepId, effect: effect.key, ...(effect.questionId !== null && { question: effect.questionId }) }], parameters: { verdict }, example: effect.resultExample, about: <><Untrusted text={effect.tool} line /> of <Untrusted text={effect.runName} line />: <strong>{verdicts.find(([key]) => key === verdict)?.[1]}</strong></> })
    }}>Next…</Button></>}>
      <Facts items={[['Tool', <Untrusted text={effect.tool} line />], ['Run', <Untrusted text={effect.runName} line />], ['Step', <Untrusted text={effect.stepId} line />], ['Scope', <Untrusted text={effect.scope} />], ['Called', <>{effect.calls} × · <Ago at={effect.changedAt} suffix=" ago" /></>], ['Key', <Untrusted text={effect.key} mono />]]} />
      {effect.lastDetail && <p><Untrusted text={effect.lastDetail} /></p>}
      <fieldset className={control.choices}><legend className={control.legend}>Look at the other system first, then say</legend>
        {/* eslint-disable-next-line jsx-a11y/label-has-associated-control */}
        {verdicts.map(([key, title, text]) => <label key={key} className={control.choice}><input type="radio" name={name} checked={verdict === key} onChange={() => setVerdict(key)} data-testid={`verdict-${key}`} /><span><strong>{title}</strong><div className="muted">{text}</div></span></label>)}
      </fieldset>
    </Dialog>
  )
}
