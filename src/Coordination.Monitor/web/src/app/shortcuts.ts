import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { copyText } from '../ui/Copy'
import { beginSequence, endSequence, inSequence, mayActOnKey } from '../ui/keys'
import { allPlaces } from './places'

/** Moves the focus along the rows of the table on the page; grids of their own stop the event first. */
const moveRow = (step: number): boolean => {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr, main [data-row]')]
  if (rows.length === 0) return false
  const at = rows.findIndex(row => row.contains(document.activeElement))
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))]
  const target = row?.matches('a, button, [tabindex]') ? row : row?.querySelector<HTMLElement>('a, button, input, [tabindex]')
  target?.focus()
  target?.scrollIntoView({ block: 'nearest' })
  return true
}

const copyHere = (): void => {
  const copy = document.activeElement?.closest<HTMLElement>('[data-copy]')?.dataset.copy ?? document.querySelector<HTMLElement>('main [data-page-copy]')?.dataset.pageCopy
  void (copy ? copyText(copy, 'the id') : copyText(location.href, 'the link'))
}

/** Single keys act only outside of fields and dialogs, and only while they are switched on (WCAG 2.1.4). */
export const useShortcuts = ({ palette, help }: { palette: () => void, help: () => void }): void => {
  const [, navigate] = useLocation()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        palette()
        return
      }
      if (!mayActOnKey(event)) return
      if (inSequence()) {
        endSequence()
        const place = allPlaces.find(item => item.key === event.key)
        if (place) {
          event.preventDefault()
          navigate(place.href)
        }
        return
      }
      const act: Record<string, () => boolean | void> = {
        'g': beginSequence, '?': help, 'c': copyHere, 'j': () => moveRow(1), 'k': () => moveRow(-1),
        '/': () => {
          const field = document.querySelector<HTMLInputElement>('main input[type=search], main [data-search]')
          if (field) field.focus()
          else palette()
        },
        'x': () => {
          const box = document.activeElement?.closest('tr')?.querySelector<HTMLInputElement>('input[type=checkbox]')
          box?.click()
          return !!box
        },
      }
      const run = act[event.key]
      if (run && run() !== false) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [navigate, palette, help])
}
