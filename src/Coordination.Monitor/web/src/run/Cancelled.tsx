import type { RunCancel } from '../api/types'
import { Untrusted } from '../ui/Untrusted'
import css from './run.module.css'

/** Who asked to stop a run, as they called themselves, and why if they said so. On two lines: a name cannot look like a name with a reason. */
export const Cancelled = ({ cancel }: { cancel: RunCancel }) =>
  <p className={css.why} data-testid="cancelled"><span className="muted">Cancellation asked for by </span><strong><Untrusted text={cancel.by} line /></strong>{cancel.reason && <><br /><span className="muted">Reason: </span><Untrusted text={cancel.reason} /></>}</p>
