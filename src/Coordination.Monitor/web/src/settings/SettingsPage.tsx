import { useId } from 'react'
import { useMe } from '../api/queries'
import control from '../ui/control.module.css'
import { Facts, Page, Section } from '../ui/Page'
import { setPrefs, usePrefs } from '../ui/prefs'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { View } from '../ui/View'

const Choice = <T extends string>({ label, hint, options, value, pick }: { label: string, hint?: string, options: readonly (readonly [T, string])[], value: T, pick: (value: T) => void }) => {
  const name = useId()
  return <fieldset className={control.choices} style={{ justifyItems: 'start' }}><legend className={control.legend} style={{ marginBottom: 5 }}>{label}</legend>
    <div className={control.segments}>{options.map(([key, text]) => <label key={key}><input className="visually-hidden" type="radio" name={name} checked={value === key} onChange={() => pick(key)} />{text}</label>)}</div>
    {hint && <span className={control.hint}>{hint}</span>}</fieldset>
}
export const SettingsPage = (_: { params: Record<string, string | undefined> }) => {
  const prefs = usePrefs()
  const me = useMe()
  return (
    <Page title="Settings" note="Kept in this browser">
      <div className="stack" style={{ gap: 20 }}>
        <Choice label="Theme" options={[['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']]} value={prefs.theme} pick={theme => setPrefs({ theme })} />
        <Choice label="Density of lists" options={[['compact', 'Compact'], ['normal', 'Normal'], ['roomy', 'Roomy']]} value={prefs.density} pick={density => setPrefs({ density })} />
        <Choice label="Time zone" hint={`Times are shown ${prefs.zone === 'utc' ? 'in UTC, as the logs have them' : `as in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}.`} options={[['local', 'Local'], ['utc', 'UTC']]} value={prefs.zone} pick={zone => setPrefs({ zone })} />
        <Choice label="Single-key shortcuts" hint="g o, j, k, x, c, / and ?. Switch them off if you speak to your computer or press keys by accident." options={[['on', 'On'], ['off', 'Off']]} value={prefs.shortcuts ? 'on' : 'off'} pick={on => setPrefs({ shortcuts: on === 'on' })} />
        <Choice label="Diagrams" options={[['drawn', 'Drawn'], ['text', 'As text']]} value={prefs.textTwin ? 'text' : 'drawn'} pick={as => setPrefs({ textTwin: as === 'text' })} />
        <Section title="You" id="you"><View query={me} what="who you are">{data => <Facts items={[['User', <Untrusted text={data.user} line />], ['Roles', data.roles.join(', ') || 'none'], ['Environment', <Untrusted text={data.environment} line />], ['Version', data.version], ['Server time', <When at={data.now} />], ['Broker', data.hasBroker ? 'asked' : 'not asked'], ['Many at once', `the number is typed beyond ${data.confirmAbove} targets`]]} />}</View></Section>
      </div>
    </Page>
  )
}
