import { useId, useState } from 'react'
import type { OperationParameters } from '../api/types'
import control from '../ui/control.module.css'
import { revealedText } from '../ui/revealed'
import { Untrusted } from '../ui/Untrusted'
import type { Intent } from './intent'
import { isBulk } from './kinds'

interface Props { intent: Intent, value: OperationParameters, change: (value: OperationParameters) => void }

const delays: readonly (readonly [string, number])[] = [['now', 0], ['in 1 minute', 60], ['in 10 minutes', 600], ['in 1 hour', 3_600], ['in 1 day', 86_400]]

const Choices = ({ legend, options, value, pick }: { legend: string, options: readonly (readonly [string, string])[], value: string, pick: (value: string) => void }) => {
  const name = useId()
  return <fieldset className={control.choices}><legend className={control.legend}>{legend}</legend>
    {/* The name is inside, as text of a stranger. */}
    {/* eslint-disable-next-line jsx-a11y/label-has-associated-control */}
    {options.map(([key, text]) => <label key={key} className={control.choice}><input type="radio" name={name} checked={value === key} onChange={() => pick(key)} /><span><Untrusted text={text} /></span></label>)}
  </fieldset>
}

/** An answer to a step is JSON; most people type words, which are JSON too once quoted. */
export const asAnswer = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Words are a text; where no text is asked for they are JSON that is not finished. */
const isUnfinished = (text: string, example: string | null | undefined): boolean => text.trim() === '' || (!example?.startsWith('"') && typeof asAnswer(text) === 'string' && !text.trim().startsWith('"'))

/** What an action needs to know beyond its targets and its reason. */
export const ParameterForm = ({ intent, value, change }: Props) => {
  const [text, setText] = useState(typeof value.answer === 'string' ? value.answer : '')
  switch (intent.kind) {
    case 'timer.move':
      return <label className={control.field}><span>Send it</span>
        <select className={control.input} value={value.delaySeconds ?? 0} onChange={event => change({ ...value, delaySeconds: Number(event.target.value) })}>{delays.map(([name, seconds]) => <option key={seconds} value={seconds}>{name}</option>)}</select></label>
    case 'run.cancel':
      return <label className={control.choice}><input type="checkbox" checked={value.force === true} onChange={event => change({ ...value, force: event.target.checked })} />
        <span><strong>Even where something stays as it is</strong><br /><span className="muted">Also runs past the point from which there is no way back, or with effects in doubt. What was done stays done.</span></span></label>
    case 'run.answer':
      return intent.options && intent.options.length > 0
        ? <Choices legend="Your answer" options={intent.options.map(option => [option, option])} value={String(value.answer ?? '')} pick={answer => change({ ...value, answer })} />
        : <label className={control.field}><span>Your answer</span><textarea className={control.input} value={text} onChange={event => {
          setText(event.target.value)
          change({ ...value, answer: asAnswer(event.target.value) })
        }} /><span className={control.hint}>Words, or JSON.</span></label>
    case 'effect.resolve':
      return value.verdict === 'happened' && intent.example ? <label className={control.field}><span>What the call returned, as JSON</span>
        <textarea className={`${control.input} mono`} value={text} required onChange={event => {
          setText(event.target.value)
          const others = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'result'))
          change(isUnfinished(event.target.value, intent.example) ? others : { ...others, result: asAnswer(event.target.value) })
        }} placeholder={intent.example} data-testid="effect-result" /><span className={control.hint}>{text.trim() !== '' && isUnfinished(text, intent.example) ? 'This is not JSON yet. ' : ''}The step goes on with it as if the call had returned it. It looks like <code>{revealedText(intent.example)}</code></span></label> : null
    case 'ballot.report':
      return intent.options ? <Choices legend="What turned out right" options={intent.options.map(option => [option, option])} value={value.right ?? ''} pick={right => change({ ...value, right })} /> : null
    case 'dead-letter.retry':
      return isBulk(intent) ? <label className={control.field}><span>At most so many per second</span><input className={control.input} type="number" min={1} max={1000} value={value.perSecond ?? 20} onChange={event => change({ ...value, perSecond: Number(event.target.value) || 1 })} /></label> : null
    default:
      return null
  }
}
export const initialParameters = (intent: Intent): OperationParameters => ({
  ...(intent.kind === 'timer.move' ? { delaySeconds: 0 } : {}), ...(intent.kind === 'dead-letter.retry' && isBulk(intent) ? { perSecond: 20 } : {}), ...intent.parameters,
})
/** What is still to be said, or null. */
export const missing = (intent: Intent, value: OperationParameters): string | null =>
  intent.kind === 'effect.resolve' && value.verdict === 'happened' && intent.example && value.result === undefined ? 'Give what the call returned first.'
    : intent.kind === 'run.answer' && (value.answer === undefined || value.answer === '') ? 'Give an answer first.' : intent.kind === 'ballot.report' && !value.right ? 'Say what turned out right first.' : null
