import { retryNow, togglePause } from '../live/start'
import { freshness, useLive } from '../live/store'
import { Button } from '../ui/Button'
import { age } from '../ui/format'
import { useNow } from '../ui/ticker'
import css from './shell.module.css'

export const LiveMark = () => {
  const live = useLive()
  useNow()
  // The ticker renders this every second; what it reads is the clock itself.
  // eslint-disable-next-line react/purity
  const now = Date.now()
  const { kind, ageMs } = freshness(live, now)
  const left = live.retryAt === null ? 0 : Math.max(0, Math.ceil((live.retryAt - now) / 1_000))
  const text = kind === 'fresh' ? `Live ${ageMs < 10_000 ? `${(ageMs / 1_000).toFixed(1)} s` : age(ageMs)}`
    : kind === 'old' ? `Data ${age(ageMs)} old` : kind === 'paused' ? `Paused${live.missed ? ' · changes wait' : ''}` : kind === 'connecting' ? 'Connecting' : `Broken · again in ${left} s`
  return (
    <div className={css.live} data-kind={kind} data-testid="live" title={kind === 'broken' ? 'The stream of changes is broken; what is shown is kept' : 'Age of the data shown'}>
      <span className={css.dot} aria-hidden="true" /><span className={css.liveText}>{text}</span>
      {kind === 'broken' && <Button small look="quiet" onClick={retryNow}>Now</Button>}
      <Button small look="quiet" icon={live.paused ? 'play' : 'pause'} aria-label={live.paused ? 'Resume live changes' : 'Pause live changes'} title={live.paused ? 'Resume live changes' : 'Pause live changes'} aria-pressed={live.paused} onClick={togglePause} />
    </div>
  )
}
