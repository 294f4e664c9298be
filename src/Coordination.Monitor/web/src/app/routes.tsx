import type { ComponentType } from 'react'
import { chunk } from '../ui/chunk'

type Params = Record<string, string | undefined>
type PageComponent = ComponentType<{ params: Params }>
const page = (load: () => Promise<Record<string, unknown>>, name: string) => chunk(async () => (await load())[name] as PageComponent)

const ballots = () => import('../ballots')
const letters = () => import('../deadLetters')
const operations = () => import('../operations')
const agents = () => import('../agents')
const run = () => import('../run')
const resolve = () => import('./Resolve')

/** The first that matches wins, so the fixed names stand before the ids. Every page is a chunk of its own. */
export const routes: readonly (readonly [pattern: string, page: PageComponent])[] = [
  ['/', page(() => import('../overview/OverviewPage'), 'OverviewPage')],
  ['/runs', page(() => import('../runs/RunsPage'), 'RunsPage')],
  ['/runs/compare', page(() => import('../run/ComparePage'), 'ComparePage')],
  ['/runs/:id/:tab?', page(run, 'RunPage')],
  ['/consensus', page(ballots, 'BallotsPage')],
  ['/consensus/voters', page(ballots, 'VotersPage')],
  ['/consensus/:id', page(ballots, 'BallotPage')],
  ['/effects', page(() => import('../effects/EffectsPage'), 'EffectsPage')],
  ['/timers', page(() => import('../timers/TimersPage'), 'TimersPage')],
  ['/dead-letters', page(letters, 'GroupsPage')],
  ['/dead-letters/m/:id', page(letters, 'LetterPage')],
  ['/dead-letters/:group', page(letters, 'GroupPage')],
  ['/agents', page(agents, 'AgentsPage')],
  ['/agents/:type', page(agents, 'AgentPage')],
  ['/flow', page(() => import('../flow/FlowPage'), 'FlowPage')],
  ['/operations', page(operations, 'OperationsPage')],
  ['/operations/:id', page(operations, 'OperationPage')],
  ['/audit', page(() => import('../audit/AuditPage'), 'AuditPage')],
  ['/settings', page(() => import('../settings/SettingsPage'), 'SettingsPage')],
  ['/m/:message', page(resolve, 'Resolve')],
  ['/t/:trace', page(resolve, 'Resolve')],
  ['/c/:correlation', page(resolve, 'Resolve')],
]
