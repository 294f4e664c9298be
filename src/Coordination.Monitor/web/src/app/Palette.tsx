import { useState } from 'react'
import { useLocation } from 'wouter'
import control from '../ui/control.module.css'
import { Dialog } from '../ui/Dialog'
import { Icon, type IconName } from '../ui/Icon'
import { looksLikeId, whereIs } from './find'
import { allPlaces } from './places'
import css from './shell.module.css'

interface Item { name: string, icon: IconName, keys?: string, go: () => void }

export const Palette = ({ onClose }: { onClose: () => void }) => {
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [note, setNote] = useState('')
  const words = text.trim()
  const open = (href: string) => {
    onClose()
    navigate(href)
  }
  const find = async () => {
    setNote('Looking…')
    try {
      const href = await whereIs(words)
      if (href) open(href)
      else setNote('No run, ballot, message, operation or trace has this id.')
    } catch (error) {
      setNote(error instanceof Error ? error.message : 'The search failed.')
    }
  }
  const items: Item[] = [
    ...(looksLikeId(words) ? [{ name: `Open ${words}`, icon: 'link' as const, go: () => void find() }] : []),
    ...allPlaces.filter(place => place.name.toLowerCase().includes(words.toLowerCase())).map(place => ({ name: place.name, icon: place.icon, keys: `g ${place.key}`, go: () => open(place.href) })),
    ...('voters calibration'.includes(words.toLowerCase()) && words ? [{ name: 'Calibration of voters', icon: 'vote' as const, go: () => open('/consensus/voters') }] : []),
    ...(words && !looksLikeId(words) ? [{ name: `Search runs for “${words}”`, icon: 'search' as const, go: () => open(`/runs?q=${encodeURIComponent(words)}`) }] : []),
    ...(/^\d{1,12}$/.test(words) ? [{ name: `Dead letter ${words}`, icon: 'tomb' as const, go: () => open(`/dead-letters/m/${words}`) }] : []),
  ]
  const current = Math.min(at, items.length - 1)
  return (
    <Dialog title="Search or jump" onClose={onClose} testId="palette">
      <div className={css.palette}>
        <input className={control.input} role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={items[current] ? `palette-${current}` : undefined} aria-label="Page, id or query"
          placeholder="A page, any id, or words to search runs for" value={text} onChange={event => {
            setText(event.target.value)
            setAt(0)
            setNote('')
          }} onKeyDown={event => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
            if (step) setAt((current + step + items.length) % items.length)
            else if (event.key === 'Enter') items[current]?.go()
            else return
            event.preventDefault()
          }} />
        <div id="palette-list" role="listbox" aria-label="Results" className={css.paletteList}>
          {/* The field keeps the focus and names the current option; its keys choose. */}
          {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events */}
          {items.map((item, index) => <div key={item.name} id={`palette-${index}`} role="option" tabIndex={-1} aria-selected={index === current} className={css.paletteItem} onClick={item.go} onPointerMove={() => setAt(index)}><Icon name={item.icon} />{item.name}{item.keys && <kbd>{item.keys}</kbd>}</div>)}
        </div>
        <p role="status" className="muted">{note}</p>
      </div>
    </Dialog>
  )
}
