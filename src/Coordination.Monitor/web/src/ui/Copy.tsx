import { buttonClass } from './Button'
import css from './control.module.css'
import { shortId } from './format'
import { Icon } from './Icon'
import { revealedText } from './revealed'
import { toast } from './toast'

export const copyText = async (text: string, what: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    toast(`Copied ${what}`)
  } catch {
    toast(`The browser did not let ${what} be copied`)
  }
}
export const CopyButton = ({ text, what }: { text: string, what: string }) => (
  <button type="button" className={buttonClass('quiet', true, true)} aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={event => {
    event.stopPropagation()
    void copyText(text, what)
  }}><Icon name="copy" size={13} /></button>
)
export const Id = ({ id, what = 'id', full = false }: { id: string, what?: string, full?: boolean }) => (
  <span className={`${css.copy} ${full ? css.copyShown : ''}`}><code title={revealedText(id)}>{revealedText(full ? id : shortId(id))}</code><CopyButton text={id} what={what} /></span>
)
