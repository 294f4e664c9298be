import { useSyncExternalStore } from 'react'
import type { Zone } from './format'

export interface Prefs {
  theme: 'system' | 'light' | 'dark', density: 'compact' | 'normal' | 'roomy', zone: Zone, shortcuts: boolean
  /** Diagrams as text. */ textTwin: boolean
  columns: string[] | null, side: 'open' | 'narrow' | 'auto'
}
const usual: Prefs = { theme: 'system', density: 'normal', zone: 'local', shortcuts: true, textTwin: false, columns: null, side: 'auto' }
const key = 'coordination.monitor.prefs'

const read = (): Prefs => {
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Prefs> }
  } catch {
    return usual
  }
}
let prefs = read()
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

export const applyPrefs = (): void => {
  const root = document.documentElement
  root.dataset.theme = prefs.theme === 'system' ? (dark.matches ? 'dark' : 'light') : prefs.theme
  root.dataset.density = prefs.density
}
const changed = () => {
  applyPrefs()
  for (const listener of listeners) listener()
}
dark.addEventListener('change', changed)
// A choice made in one tab holds in all.
addEventListener('storage', event => {
  if (event.key !== key) return
  prefs = read()
  changed()
})

export const prefsNow = (): Prefs => prefs
export const setPrefs = (change: Partial<Prefs>): void => {
  prefs = { ...prefs, ...change }
  try {
    localStorage.setItem(key, JSON.stringify(prefs))
  } catch { /* Private windows may refuse; the choice then holds for this page. */ }
  changed()
}
export const usePrefs = (): Prefs => useSyncExternalStore(listener => {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}, prefsNow)
