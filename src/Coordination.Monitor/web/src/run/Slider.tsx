import { useEffect, useState } from 'react'
import { Button } from '../ui/Button'
import { useRun } from './context'
import css from './run.module.css'

const stepMs = 700

/** Goes through the history; every tab shows what was known at the chosen event. */
export const Slider = ({ last }: { last: number }) => {
  const { at, setAt } = useRun()
  const [playing, setPlaying] = useState(false)
  const now = at ?? last
  useEffect(() => {
    if (!playing) return
    const timer = setTimeout(() => {
      if (now >= last) setPlaying(false)
      else setAt(now + 1)
    }, stepMs)
    return () => clearTimeout(timer)
  }, [playing, now, last, setAt])
  const go = (seq: number) => {
    setPlaying(false)
    setAt(Math.max(1, Math.min(last, seq)))
  }
  return (
    <div className={css.slider} role="group" aria-label="History" data-testid="slider">
      <Button small look="quiet" icon="stepBack" aria-label="One event back" why={now <= 1 ? 'This is the first event.' : null} onClick={() => go(now - 1)} />
      <Button small look="quiet" icon={playing ? 'pause' : 'play'} aria-label={playing ? 'Stop' : 'Play the history'} onClick={() => {
        if (!playing && now >= last) setAt(1)
        setPlaying(!playing)
      }} />
      <Button small look="quiet" icon="stepOn" aria-label="One event on" why={now >= last ? 'This is the last event.' : null} onClick={() => go(now + 1)} />
      <input type="range" min={1} max={Math.max(1, last)} value={now} aria-label="Event" aria-valuetext={`Event ${now} of ${last}`} onChange={event => go(Number(event.target.value))} />
      <span className={css.sliderText}>{now}/{last}</span>
      <Button small why={at === null ? 'This is now.' : null} onClick={() => {
        setPlaying(false)
        setAt(null)
      }}>Now</Button>
    </div>
  )
}
