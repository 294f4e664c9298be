import { useId, useRef, type ReactNode } from 'react'
import { buttonClass } from './Button'
import css from './control.module.css'
import { Icon, type IconName } from './Icon'

/** A button with a popover under it; the platform closes it on Escape and on a click elsewhere. */
export const Menu = ({ label, icon, children, small = false, hideLabel = false, quiet = false }: { label: string, icon?: IconName, children: ReactNode, small?: boolean, hideLabel?: boolean, quiet?: boolean }) => {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  return <>
    <button ref={button} type="button" className={buttonClass(quiet ? 'quiet' : undefined, small, hideLabel)} popoverTarget={id} aria-label={hideLabel ? label : undefined} title={hideLabel ? label : undefined}>
      {icon && <Icon name={icon} />}{!hideLabel && <>{label}<Icon name="down" size={10} /></>}
    </button>
    {/* The items are buttons and links with keys of their own; what was chosen closes the menu, boxes to tick leave it open. */}
    {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
    <div id={id} popover="auto" className={css.menu} role="group" aria-label={label} onClick={event => {
      if ((event.target as HTMLElement).closest(`.${css.menuItem}`)) event.currentTarget.hidePopover()
    }} onToggle={event => {
      const menu = event.currentTarget
      if (event.newState !== 'open' || !button.current) return
      const box = button.current.getBoundingClientRect()
      menu.style.top = `${Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`
      menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`
    }}>{children}</div>
  </>
}
export const menuItem = css.menuItem
