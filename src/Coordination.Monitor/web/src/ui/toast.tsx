import { useSyncExternalStore } from 'react'
import css from './toast.module.css'

let toasts: readonly { id: number, text: string }[] = []
let nextId = 1
const listeners = new Set<() => void>()
const set = (next: typeof toasts) => {
  toasts = next
  for (const listener of listeners) listener()
}
export const toast = (text: string): void => {
  const id = nextId++
  set([...toasts.slice(-2), { id, text }])
  setTimeout(() => set(toasts.filter(item => item.id !== id)), 4_000)
}
export const Toasts = () => {
  const shown = useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }, () => toasts)
  return <div role="status" aria-live="polite" className={css.toasts} data-testid="toasts">{shown.map(item => <div key={item.id} className={css.toast}>{item.text}</div>)}</div>
}
