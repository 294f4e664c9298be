import { useState } from 'react'
import { clamped, revealed, revealedText } from './revealed'
import css from './untrusted.module.css'

interface Props {
  text: string | null | undefined
  /** One line with an ellipsis; the whole in the tooltip. */ line?: boolean
  mono?: boolean
  /** In a link, where no button may stand: what is too long ends with an ellipsis. */ inLink?: boolean
  /** Characters before "show all". */ max?: number
  /** Shown where there is no text. */ none?: string
}

/** Text that an agent, a model, a requester or a voter may have written: never markup, never a link, and nothing in it acts unseen. */
export const Untrusted = ({ text, line = false, mono = false, inLink = false, max = 480, none = '' }: Props) => {
  const [all, setAll] = useState(false)
  if (text === null || text === undefined || text === '') return none ? <span className="muted">{none}</span> : null
  const short = line ? (text.length > 400 ? text.slice(0, 400) : null) : all ? null : clamped(text, max, Math.max(8, max / 50))
  const parts = revealed(short ?? text)
  return <>
    <bdi dir="auto" className={`${css.text} ${line ? css.line : css.block} ${mono ? css.mono : ''}`} title={line ? revealedText(text.slice(0, 2_000)) : undefined}>
      {parts.map((part, index) => part.kind === 'text' ? part.text : <span key={index} className={css.code} title="A character that is not seen">{part.text}</span>)}
      {short !== null && '…'}
    </bdi>
    {!line && !inLink && (short !== null || all) && <button type="button" className={css.more} onClick={() => setAll(!all)}>{all ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}</button>}
  </>
}
