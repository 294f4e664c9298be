import { Button } from './Button'
import { setPrefs, usePrefs } from './prefs'

/** Each diagram can be read as text; the choice is one and remembered. */
export const TwinToggle = ({ diagram }: { diagram: string }) => {
  const { textTwin } = usePrefs()
  return <Button small icon={textTwin ? 'flow' : 'text'} aria-pressed={textTwin} onClick={() => setPrefs({ textTwin: !textTwin })} data-testid="twin">{textTwin ? `As ${diagram}` : 'As text'}</Button>
}
