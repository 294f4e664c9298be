import { Link, useLocation } from 'wouter'
import { useLivePart } from '../live/store'
import { compact } from '../ui/format'
import { Icon } from '../ui/Icon'
import { places, type Place } from './places'
import css from './shell.module.css'

const NavLink = ({ place, current }: { place: Place, current: boolean }) => {
  const nav = useLivePart(live => live.nav)
  const [needs, what] = nav && place.needs ? place.needs(nav) : [0, '']
  return (
    <li><Link href={place.href} aria-current={current ? 'page' : undefined} className={css.navLink} title={place.name} data-testid={`nav-${place.name.toLowerCase().replace(' ', '-')}`}>
      <Icon name={place.icon} /><span className={css.navName}>{place.name}</span>
      {needs > 0 && <span className={css.navCount} title={`${needs} ${what}`}>{compact(needs)}<span className="visually-hidden"> {what}</span></span>}
    </Link></li>
  )
}

export const Nav = () => {
  const [location] = useLocation()
  return (
    <nav className={css.nav} aria-label="Pages">
      {places.map((group, index) => <ul key={index}>{group.map(place => <NavLink key={place.href} place={place} current={place.href === '/' ? location === '/' : location === place.href || location.startsWith(`${place.href}/`)} />)}</ul>)}
    </nav>
  )
}
