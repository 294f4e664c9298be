import { Fragment } from 'react'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { setPrefs, usePrefs } from '../ui/prefs'
import { allPlaces } from './places'
import css from './shell.module.css'

const keys: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'Search or jump: pages, or any id pasted'], ['/', 'Search on this page'], ['j  k  ↓  ↑', 'Next or previous row'], ['Enter', 'Open the row'], ['o', 'Peek at the run beside the list'], ['x', 'Select the row'],
  ['c', 'Copy the id of the row, or the link of the page'], ['Esc', 'Close what lies on top'], ['?', 'This help'],
]
export const HelpDialog = ({ onClose }: { onClose: () => void }) => {
  const { shortcuts } = usePrefs()
  return (
    <Dialog title="Keyboard" onClose={onClose} testId="help" footer={<Button onClick={() => setPrefs({ shortcuts: !shortcuts })}>{shortcuts ? 'Switch single keys off' : 'Switch single keys on'}</Button>}>
      <dl className={css.keys}>
        {keys.map(([key, what]) => <Fragment key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></Fragment>)}
        {allPlaces.map(place => <Fragment key={place.key}><dt><kbd>g {place.key}</kbd></dt><dd>{place.name}</dd></Fragment>)}
      </dl>
      {!shortcuts && <p className="muted">Single keys are off; Ctrl K, the arrows, Enter and Esc still work.</p>}
    </Dialog>
  )
}
