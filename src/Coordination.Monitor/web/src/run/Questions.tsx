import type { RunDetail } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Icon } from '../ui/Icon'
import { Ago } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './run.module.css'

/** What the run asks a person, with the answer one press away. */
export const Questions = ({ detail }: { detail: RunDetail }) => {
  const offer = detail.actions.find(item => item.kind === 'run.answer')
  return <>{detail.steps.filter(step => step.question !== null).map(step => step.question && (
    <div key={step.stepId} className={css.question} data-testid="question"><Icon name="person" size={16} />
      <div className="stack" style={{ gap: 4 }}><span className="muted"><Untrusted text={step.stepId} line /> asks{step.question.askedAt && <>, since <Ago at={step.question.askedAt} /></>}</span><div><Untrusted text={step.question.text} /></div></div>
      <ActionButton look="primary" offer={offer} label="Answer…" intent={{ kind: 'run.answer', targets: [{ run: detail.run.runId, step: step.stepId, ...(step.questionId !== null && { question: step.questionId }) }], options: step.question.options, about: <Untrusted text={step.question.text} /> }} />
    </div>
  ))}</>
}
