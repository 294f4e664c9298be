import { useState } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import type { EffectPage, EffectView, RunDetail, StepView } from '../api/types'
import { ResolveDialog } from '../effects/ResolveDialog'
import { ActionButton, useRoleWhy } from '../operations/ActionButton'
import { Button } from '../ui/Button'
import { withCents } from '../ui/format'
import { Icon } from '../ui/Icon'
import { Ago, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useRun } from './context'
import css from './run.module.css'

const about = 'effect:'
/** The question of an effect in doubt has a dialog of its own, with what each answer leads to; it is the one the list of effects opens. */
const Resolve = ({ detail, question }: { detail: RunDetail, question: string }) => {
  const { topic } = useRun()
  const [open, setOpen] = useState<EffectView | null>(null)
  const roleWhy = useRoleWhy('operator')
  const query = useApi<EffectPage>(topic, `/runs/${detail.run.runId}/effects`)
  const effect = query.data?.rows.find(row => row.questionId === question)
  return <>
    <Button look="primary" why={roleWhy ?? (effect ? null : query.isPending ? 'Reading the effect.' : 'Nobody is asked about this effect any more.')} onClick={() => setOpen(effect ?? null)} data-testid="resolve-question">Resolve…</Button>
    {open && <ResolveDialog effect={open} onClose={() => setOpen(null)} />}
  </>
}

const Asked = ({ detail, step, question }: { detail: RunDetail, step: StepView, question: NonNullable<StepView['question']> }) => {
  const [sent, setSent] = useState<string | null>(null)
  const offer = detail.actions.find(item => item.kind === 'run.answer')
  const id = step.questionId
  return <div className={css.question} data-testid="question"><Icon name="person" size={16} />
    <div className="stack" style={{ gap: 4 }}><span className="muted"><Untrusted text={step.stepId} line /> asks{question.askedAt && <>, since <Ago at={question.askedAt} /></>}</span><div><Untrusted text={withCents(question.text)} /></div></div>
    {id !== null && id.startsWith(about) ? <Resolve detail={detail} question={id} />
      : sent !== null && sent === id ? <p className="row" role="status"><Icon name="check" />Your answer is on its way.</p>
        : <ActionButton look="primary" offer={offer} label="Answer…" intent={{ kind: 'run.answer', targets: [{ run: detail.run.runId, step: step.stepId, ...(id !== null && { question: id }) }], options: question.options, about: <Untrusted text={question.text} />, onDone: () => setSent(id) }} />}
  </div>
}

/** What the run asks a person, with the answer one press away; below, who answered what was asked before. */
export const Questions = ({ detail }: { detail: RunDetail }) => <>
  {detail.steps.map(step => step.question && <Asked key={`${step.stepId} ${step.questionId}`} detail={detail} step={step} question={step.question} />)}
  {detail.steps.map(step => step.answeredBy !== null && step.answeredAt !== null && step.question === null && (
    <p key={step.stepId} className={css.answered} data-testid="answered"><Icon name="check" /><span>The question of <Untrusted text={step.stepId} line /> was answered by <strong><Untrusted text={step.answeredBy} line /></strong>, <When at={step.answeredAt} />. <Link href={`/runs/${detail.run.runId}/payloads`}>What was answered</Link> is kept with the payloads.</span></p>
  ))}
</>
