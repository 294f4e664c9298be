import { useEffect, useRef, useState } from 'react'
import type { NavCounts } from '../api/types'
import { useLivePart } from '../live/store'
import { plural } from '../ui/format'

const everyMs = 10_000
const say = (before: NavCounts, now: NavCounts): string => {
  const more = (key: keyof NavCounts, one: string, many: string) => now[key] > before[key] ? `${now[key] - before[key]} more ${now[key] - before[key] === 1 ? one : many}` : null
  return [more('stuck', 'stuck run', 'stuck runs'), more('ballots', 'ballot that waits for people', 'ballots that wait for people'), more('questions', 'question', 'questions'), more('effects', 'effect in doubt', 'effects in doubt'), more('deadLetters', 'dead letter', 'dead letters')]
    .concat(now.attention !== before.attention ? `${plural(now.attention, 'thing needs', 'things need')} attention` : null).filter(Boolean).join(', ')
}

/** One polite sentence at most every 10 s, of numbers that matter: a screen reader must not be flooded by rows. */
export const Announcer = () => {
  const nav = useLivePart(live => live.nav)
  const [text, setText] = useState('')
  const said = useRef<{ nav: NavCounts | null, at: number }>({ nav: null, at: 0 })
  useEffect(() => {
    if (!nav) return
    if (!said.current.nav) {
      said.current.nav = nav
      return
    }
    const timer = setTimeout(() => {
      if (said.current.nav) setText(say(said.current.nav, nav))
      said.current = { nav, at: Date.now() }
    }, Math.max(0, said.current.at + everyMs - Date.now()))
    return () => clearTimeout(timer)
  }, [nav])
  return <div className="visually-hidden" role="status" aria-live="polite">{text}</div>
}
