import { queryString } from '../api/client'
import { usePages } from '../api/queries'
import type { TimerPage } from '../api/types'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import { useParam } from '../ui/urlState'
import { Empty, More, View } from '../ui/View'
import { TimerTable } from './TimerTable'

export const TimersPage = (_: { params: Record<string, string | undefined> }) => {
  const [run, setRun] = useParam('run')
  const query = usePages<TimerPage>('timers', `/timers${queryString({ run })}`)
  return (
    <Page title="Timers" note="Messages that wait for their time, the next one first" actions={run && <Button icon="cross" onClick={() => setRun(null)}>Show those of all runs</Button>}>
      <View query={query} what="the timers">{data => {
        const rows = data.pages.flatMap(page => page.rows)
        return rows.length === 0 ? <Empty icon="timer" title="No timer is set"><p>Retries, deadlines, reminders and messages sent with a delay wait here until they are due.</p></Empty> : <><TimerTable rows={rows} withRun /><More query={query} shown={rows.length} /></>
      }}</View>
    </Page>
  )
}
