import { Suspense, useEffect, useRef, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { Page } from '../ui/Page'
import { usePrefs } from '../ui/prefs'
import { Empty, Loading } from '../ui/View'
import { OperationHost } from '../operations/OperationHost'
import { Announcer } from './Announcer'
import { Boundary } from './Boundary'
import { Header } from './Header'
import { HelpDialog } from './HelpDialog'
import { Nav } from './Nav'
import { Palette } from './Palette'
import { routes } from './routes'
import css from './shell.module.css'
import { useShortcuts } from './shortcuts'

const NotFound = () => <Page title="No such page"><Empty icon="search" title="There is no such page"><p>The link may be incomplete. Ctrl K finds runs, ballots and messages by id.</p></Empty></Page>

export const Shell = () => {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const [location] = useLocation()
  const { side } = usePrefs()
  const main = useRef<HTMLElement>(null)
  useShortcuts({ palette: () => setOpen('palette'), help: () => setOpen('help') })
  // A new page starts at its top; what only changes the query keeps its place.
  // The tabs of a run are one place; every other path is one of its own, with state of its own.
  const first = useRef(true)
  const place = location.startsWith('/runs/') ? location.split('/').slice(0, 3).join('/') : location
  useEffect(() => {
    // A page that was loaded begins where the browser begins.
    if (first.current) {
      first.current = false
      return
    }
    main.current?.scrollTo(0, 0)
    // What had the focus is gone with its page: keys go on from the top of the new one.
    // While the new one is being fetched the old one is still there, hidden: it loses the focus a moment later.
    const held = document.activeElement
    if (held === document.body || main.current?.contains(held)) main.current?.focus({ preventScroll: true })
  }, [place])
  return (
    <div className={css.shell} data-side={side}>
      <a className={css.skip} href={`${globalThis.location.pathname}${globalThis.location.search}#main`} onClick={event => {
        event.preventDefault()
        main.current?.focus()
      }}>Skip to the page</a>
      <Header onPalette={() => setOpen('palette')} onHelp={() => setOpen('help')} />
      <Nav />
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <Boundary at={location}>
          <Suspense fallback={<div className={css.wait}><Loading rows={8} /></div>}>
            <Switch>
              {routes.map(([pattern, Component]) => <Route key={pattern} path={pattern}>{params => <Component key={place} params={params as Record<string, string | undefined>} />}</Route>)}
              <Route><NotFound /></Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      <Announcer />
      <OperationHost />
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      {open === 'help' && <HelpDialog onClose={() => setOpen(null)} />}
    </div>
  )
}
