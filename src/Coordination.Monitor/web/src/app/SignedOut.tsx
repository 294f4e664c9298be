import { buttonClass } from '../ui/Button'
import { useTitle } from '../ui/Page'
import css from './shell.module.css'

/** A whole load, so that the host's sign-in can take over and come back to this very address. */
export const SignedOut = () => {
  useTitle('Signed out')
  return (
    <main className={css.signedOut} data-testid="signed-out">
      <h1>You are signed out</h1>
      <p>The session has ended or was never begun. Sign in again to come back to where you were.</p>
      <a className={buttonClass('primary')} href={globalThis.location.href} onClick={event => {
        event.preventDefault()
        globalThis.location.reload()
      }}>Sign in again</a>
    </main>
  )
}
