import type { RunCancel } from '../api/types'
import { Untrusted } from '../ui/Untrusted'
import css from './run.module.css'

/** Who stopped a run, and why if they said so. */
export const Cancelled = ({ cancel }: { cancel: RunCancel }) =>
  <p className={css.why} data-testid="cancelled"><span className="muted">Cancelled by </span><Untrusted text={cancel.by} line />{cancel.reason && <><span className="muted">: </span><Untrusted text={cancel.reason} /></>}</p>
