import type { NavCounts } from '../api/types'
import { plural } from '../ui/format'
import type { IconName } from '../ui/Icon'

export interface Place { href: string, name: string, icon: IconName, key: string, /** What of it needs a person. */ needs?: (nav: NavCounts) => readonly [count: number, what: string] }

/** The navigation, the palette and the `g` keys are one list. */
export const places: readonly (readonly Place[])[] = [
  [
    { href: '/', name: 'Overview', icon: 'home', key: 'o', needs: nav => [nav.attention, nav.attention === 1 ? 'needs attention' : 'need attention'] },
    { href: '/runs', name: 'Runs', icon: 'list', key: 'r', needs: nav => [nav.stuck + nav.questions, `stuck or waiting for an answer (${nav.stuck} stuck, ${plural(nav.questions, 'question')})`] },
    { href: '/consensus', name: 'Consensus', icon: 'vote', key: 'c', needs: nav => [nav.ballots, nav.ballots === 1 ? 'ballot waits for people' : 'ballots wait for people'] },
    { href: '/effects', name: 'Effects', icon: 'bolt', key: 'e', needs: nav => [nav.effects, nav.effects === 1 ? 'effect in doubt' : 'effects in doubt'] },
    { href: '/dead-letters', name: 'Dead letters', icon: 'tomb', key: 'd', needs: nav => [nav.deadLetters, nav.deadLetters === 1 ? 'dead letter parked' : 'dead letters parked'] },
  ],
  [
    { href: '/timers', name: 'Timers', icon: 'timer', key: 't' },
    { href: '/flow', name: 'Flow', icon: 'flow', key: 'f' },
    { href: '/agents', name: 'Agents', icon: 'agents', key: 'a' },
  ],
  [
    { href: '/operations', name: 'Operations', icon: 'ops', key: 'p' },
    { href: '/audit', name: 'Audit', icon: 'audit', key: 'u' },
    { href: '/settings', name: 'Settings', icon: 'gear', key: 's' },
  ],
]
export const allPlaces = places.flat()
