import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Button } from './Button'
import css from './dialog.module.css'

interface Props { title: ReactNode, children: ReactNode, footer?: ReactNode, onClose: () => void, wide?: boolean, testId?: string }

/** The platform's dialog: focus stays inside, Escape closes, the rest is inert. Rendered only while it is open. */
export const Dialog = ({ title, children, footer, onClose, wide = false, testId }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const before = document.activeElement
    ref.current?.showModal()
    // The platform would take the first button, which closes.
    ref.current?.querySelector<HTMLElement>(`.${css.body} :is(input, textarea, select):not(:disabled)`)?.focus()
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus() }
  }, [])
  return (
    <dialog ref={ref} className={`${css.dialog} ${wide ? css.wide : ''}`} aria-labelledby={titleId} data-testid={testId} onCancel={event => {
      event.preventDefault()
      onClose()
    }}>
      <header className={css.head}><h2 id={titleId}>{title}</h2><Button look="quiet" icon="cross" aria-label="Close" onClick={onClose} /></header>
      {/* A long dialog scrolls, and what scrolls must be reachable by keyboard. */}
      <div className={css.body} tabIndex={0} role="group" aria-labelledby={titleId}>{children}</div>
      {footer && <footer className={css.foot}>{footer}</footer>}
    </dialog>
  )
}
