import { Link } from 'wouter'
import { useMe } from '../api/queries'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Menu, menuItem } from '../ui/Menu'
import { setPrefs, usePrefs, type Prefs } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Untrusted } from '../ui/Untrusted'
import { LiveMark } from './LiveMark'
import css from './shell.module.css'

const themes: readonly Prefs['theme'][] = ['system', 'light', 'dark']

export const Header = ({ onPalette, onHelp }: { onPalette: () => void, onHelp: () => void }) => {
  const { data: me } = useMe()
  const { theme, side } = usePrefs()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <header className={css.header}>
      <Button look="quiet" icon="menu" aria-label="Show or hide the names of the pages" className={css.sideToggle} onClick={() => setPrefs({ side: side === 'narrow' ? 'open' : side === 'open' ? 'narrow' : innerWidth < 1100 ? 'open' : 'narrow' })} />
      <Link href="/" className={css.brand}><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M4 10 15 4M4 10l11 6" stroke="var(--control)" strokeWidth="1.6" /><circle cx="4" cy="10" r="3" fill="var(--accent)" /><circle cx="15.5" cy="4" r="2.7" fill="var(--ok)" /><circle cx="15.5" cy="16" r="2.7" fill="var(--warn)" /></svg>Coordination</Link>
      {me && <span className={css.environment} title="Environment"><Untrusted text={me.environment} line /></span>}
      <button type="button" className={css.jump} onClick={onPalette} data-testid="palette-open" aria-keyshortcuts="Control+K"><Icon name="search" /><span>Search or jump…</span><kbd>Ctrl K</kbd></button>
      <LiveMark />
      <Button look="quiet" icon="theme" aria-label={`Theme: ${theme}. Change to ${next}`} title={`Theme: ${theme}`} onClick={() => setPrefs({ theme: next })} />
      <Button look="quiet" icon="help" aria-label="Keyboard help" title="Keyboard help (?)" onClick={onHelp} />
      {me && <Menu label={`Signed in as ${revealedText(me.user)}`} icon="person" hideLabel quiet>
        <div className={css.who}><strong><Untrusted text={me.user} line /></strong><span className="muted">{me.roles.join(', ') || 'no role'}</span><span className="muted">Version {me.version}</span></div>
        <Link href="/settings" className={menuItem}><Icon name="gear" />Settings</Link>
        {me.signOut && <a href={me.signOut} className={menuItem}><Icon name="external" />Sign out</a>}
      </Menu>}
    </header>
  )
}
