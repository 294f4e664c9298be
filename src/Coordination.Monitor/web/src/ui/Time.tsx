import { age, clockTime, dateTime, duration, exactTime } from './format'
import { usePrefs } from './prefs'
import { useNowText } from './ticker'

export const Ago = ({ at, suffix = '' }: { at: string, suffix?: string }) => {
  const { zone } = usePrefs()
  const text = useNowText(now => age(now - Date.parse(at)))
  return <time dateTime={at} title={exactTime(at, zone)}>{text}{text === 'now' ? '' : suffix}</time>
}
/** Counts down; says so once it is past. */
export const Until = ({ at }: { at: string }) => {
  const { zone } = usePrefs()
  const text = useNowText(now => {
    const left = Date.parse(at) - now
    return left > 0 ? `in ${duration(Math.ceil(left / 1_000) * 1_000)}` : `${age(-left)} past due`
  })
  return <time dateTime={at} title={exactTime(at, zone)}>{text}</time>
}
export const When = ({ at, clock = false, ms = false }: { at: string, clock?: boolean, ms?: boolean }) => {
  const { zone } = usePrefs()
  return <time dateTime={at} title={exactTime(at, zone)} className="nowrap">{clock ? clockTime(at, zone, ms) : dateTime(at, zone, ms)}</time>
}
export const Lasted = ({ from, to }: { from: string, to: string | null }) => {
  const text = useNowText(now => duration((to ? Date.parse(to) : now) - Date.parse(from)))
  return <span className="nowrap">{text}</span>
}
