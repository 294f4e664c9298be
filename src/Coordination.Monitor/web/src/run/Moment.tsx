import { Button } from '../ui/Button'
import { duration } from '../ui/format'
import { Icon } from '../ui/Icon'
import { useNowText } from '../ui/ticker'
import { Until } from '../ui/Time'
import { useRun } from './context'
import css from './run.module.css'

/** How long something took, or takes by the moment shown. */
export const Took = ({ from, to }: { from: string, to: string | null }) => {
  const { moment } = useRun()
  const text = useNowText(now => {
    const end = to ?? moment
    return duration((end === null ? now : Date.parse(end)) - Date.parse(from))
  })
  return <span className="nowrap">{text}</span>
}

/** A sum of what is over, and what goes on since then. */
export const Worked = ({ ms, since }: { ms: number, since: string | null }) => {
  const { moment } = useRun()
  const text = useNowText(now => duration(ms + (since === null ? 0 : Math.max(0, (moment === null ? now : Date.parse(moment)) - Date.parse(since)))))
  return <span className="nowrap">{text}</span>
}

/** What is left until a time: of now it counts down, of an earlier moment it stands still. */
export const Left = ({ at }: { at: string }) => {
  const { moment } = useRun()
  if (moment === null) return <Until at={at} />
  const left = Date.parse(at) - Date.parse(moment)
  return <time dateTime={at} className="nowrap">{left > 0 ? `${duration(left)} later` : `${duration(-left)} before`}</time>
}

/** For what is not kept for earlier moments: nothing of now is shown without saying so. */
export const ShowsNow = ({ why }: { why: string }) => {
  const { at, setAt } = useRun()
  return at === null ? null : <div className={css.showsNow} role="status" data-testid="shows-now"><Icon name="clock" /><span className="grow"><strong>This tab shows now, not the moment chosen.</strong> {why}</span><Button small onClick={() => setAt(null)}>Back to now</Button></div>
}
