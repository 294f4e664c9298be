import { useId, type ButtonHTMLAttributes, type ReactNode } from 'react'
import css from './control.module.css'
import { Icon, type IconName } from './Icon'
import { revealedText } from './revealed'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'danger' | 'quiet', small?: boolean, icon?: IconName
  /** Why it cannot be pressed now. The button stays focusable, so that the reason can be read. */ why?: string | null
  children?: ReactNode
}
export const buttonClass = (look?: Props['look'], small = false, square = false): string =>
  [css.button, look && css[look], small && css.small, square && css.square].filter(Boolean).join(' ')

export const Button = ({ look, small = false, icon, why, children, className, onClick, title, ...rest }: Props) => {
  const whyId = useId()
  const said = why ? revealedText(why) : null
  return <>
    <button type="button" {...rest} className={`${buttonClass(look, small, !children)} ${className ?? ''}`} title={said ?? (title && revealedText(title))}
      aria-disabled={why ? true : undefined} aria-describedby={why ? whyId : rest['aria-describedby']} onClick={why ? event => event.preventDefault() : onClick}>
      {icon && <Icon name={icon} />}{children}
    </button>
    {why && <span id={whyId} className="visually-hidden">{said}</span>}
  </>
}
