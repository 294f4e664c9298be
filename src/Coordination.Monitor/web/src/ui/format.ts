/** Own short forms: the browser's differ from place to place, and rows must align. */
export const count = (value: number): string => value.toLocaleString('en-US')
export const compact = (value: number): string =>
  value < 1_000 ? String(value) : value < 999_500 ? `${(value / 1_000).toFixed(value < 9_950 ? 1 : 0)}k` : `${(value / 1_000_000).toFixed(value < 9_950_000 ? 1 : 0)}M`
export const money = (microUsd: number): string => {
  const usd = microUsd / 1_000_000
  return `$${usd !== 0 && Math.abs(usd) < 0.01 ? usd.toFixed(4) : usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}
export const percent = (share: number): string => `${Math.round(share * 100)} %`
export const decimal = (value: number): string => value.toFixed(2)
export const bytes = (value: number): string => value < 1_024 ? `${value} B` : value < 1_048_576 ? `${(value / 1_024).toFixed(1)} KB` : `${(value / 1_048_576).toFixed(1)} MB`

/** Two units at most: what a person compares at a glance. */
export const duration = (ms: number): string => {
  if (ms < 0) return `−${duration(-ms)}`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`
  const s = Math.round(ms / 1_000)
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} m${s % 60 ? ` ${s % 60} s` : ''}`
  if (s < 86_400) return `${Math.floor(s / 3_600)} h${Math.floor(s % 3_600 / 60) ? ` ${Math.floor(s % 3_600 / 60)} m` : ''}`
  return `${Math.floor(s / 86_400)} d${Math.floor(s % 86_400 / 3_600) ? ` ${Math.floor(s % 86_400 / 3_600)} h` : ''}`
}
/** One unit, so that a column of ages does not jitter. */
export const age = (ms: number): string => {
  const s = Math.max(0, Math.floor(ms / 1_000))
  if (s < 1) return 'now'
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} m`
  if (s < 86_400) return `${Math.floor(s / 3_600)} h`
  return `${Math.floor(s / 86_400)} d`
}

export const shortId = (id: string): string => id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`

export type Zone = 'local' | 'utc'
const part = (value: number, size = 2): string => String(value).padStart(size, '0')
const fields = (at: Date, zone: Zone) => zone === 'utc'
  ? { y: at.getUTCFullYear(), mo: at.getUTCMonth() + 1, d: at.getUTCDate(), h: at.getUTCHours(), mi: at.getUTCMinutes(), s: at.getUTCSeconds(), ms: at.getUTCMilliseconds() }
  : { y: at.getFullYear(), mo: at.getMonth() + 1, d: at.getDate(), h: at.getHours(), mi: at.getMinutes(), s: at.getSeconds(), ms: at.getMilliseconds() }
export const clockTime = (time: string, zone: Zone, ms = false): string => {
  const f = fields(new Date(time), zone)
  return `${part(f.h)}:${part(f.mi)}:${part(f.s)}${ms ? `.${part(f.ms, 3)}` : ''}`
}
export const dateTime = (time: string, zone: Zone, ms = false): string => {
  const f = fields(new Date(time), zone)
  return `${f.y}-${part(f.mo)}-${part(f.d)} ${clockTime(time, zone, ms)}${zone === 'utc' ? ' UTC' : ''}`
}
/** `UTC+01:00`, from minutes as `getTimezoneOffset` gives them. */
export const offset = (minutes: number): string => minutes === 0 ? 'UTC' : `UTC${minutes > 0 ? '−' : '+'}${part(Math.floor(Math.abs(minutes) / 60))}:${part(Math.abs(minutes) % 60)}`
/** With milliseconds and the zone, for tooltips: nobody should have to guess whose clock it is. */
export const exactTime = (time: string, zone: Zone): string => `${dateTime(time, zone, true)}${zone === 'utc' ? '' : ` ${offset(new Date(time).getTimezoneOffset())}`}`
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`
/** Amounts in cents are written out beside the number as it was given: `amountCents=129900 (1,299.00)`. */
export const withCents = (text: string): string => text.replaceAll(/(\b(?:cents|[A-Za-z_]*(?:Cents|_cents))"?\s*[:=]\s*)(-?\d{1,15})\b(?!\.)/g, (_, name: string, cents: string) => `${name}${cents} (${(Number(cents) / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })})`)
export const pretty = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? 'nothing'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
/** What a step waits for, without the names only programs need: `an answer to 'effect:4F…:1': Did it happen?` is the question. */
export const waitText = (text: string): string => text.replace(/^an answer to '[^']*': /, '').replaceAll(uuid, shortId)
