import type { Operation } from '../api/types'
import { count, percent } from '../ui/format'
import css from './operations.module.css'

export const Progress = ({ operation }: { operation: Pick<Operation, 'total' | 'done' | 'failed' | 'skipped'> }) => {
  const { total, done, failed, skipped } = operation
  const width = (n: number) => ({ width: total === 0 ? '0%' : `${n / total * 100}%` })
  const text = `${count(done)} done, ${count(failed)} failed, ${count(skipped)} skipped of ${count(total)}, ${percent(total === 0 ? 1 : (done + failed + skipped) / total)}`
  return <div className={`${css.progress} bar`} role="img" aria-label={text} title={text}><span data-part="done" style={width(done)} /><span data-part="failed" style={width(failed)} /><span data-part="skipped" style={width(skipped)} /></div>
}
