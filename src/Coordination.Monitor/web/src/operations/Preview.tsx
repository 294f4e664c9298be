import type { DiffLine, Operation, OperationPreview } from '../api/types'
import { count } from '../ui/format'
import { Icon } from '../ui/Icon'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import css from './operations.module.css'

export const Diff = ({ lines }: { lines: readonly DiffLine[] }) => (
  // It scrolls, so it must be reachable by keyboard.
  <div className={css.diff} role="group" aria-label="Difference" tabIndex={0} data-testid="diff">
    {lines.map((line, index) => <div key={index} data-kind={line.kind}><span>{line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ' '}{line.kind !== 'same' && <span className="visually-hidden">{line.kind}</span>}</span><Untrusted text={line.text} mono /></div>)}
  </div>
)

const Notice = ({ tone, items }: { tone: 'warn' | 'bad', items: readonly string[] }) => items.length === 0 ? null : (
  <div className={css.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}><Icon name="warn" /><ul>{items.map(item => <li key={item}><Untrusted text={item} /></li>)}</ul></div>
)

/** What the dry run found. Nothing has happened yet. */
export const Preview = ({ preview, bulk }: { preview: OperationPreview, bulk: boolean }) => <>
  {bulk && <p data-testid="preview-count"><span className={css.count}>{count(preview.count)}</span> {preview.count === 1 ? 'target' : 'targets'}, as of <When at={preview.asOf} clock />. What comes later is not touched.</p>}
  <Notice tone="bad" items={preview.problems.map(problem => `${problem.path ? `${problem.path}: ` : ''}${problem.message}`)} />
  <Notice tone="warn" items={preview.warnings} />
  {bulk && preview.sample.length > 0 && <div className="stack"><span className="muted">{preview.sample.length < preview.count ? `The first ${preview.sample.length} of them` : 'All of them'}</span><Sample items={preview.sample} /></div>}
  {preview.diff && <Diff lines={preview.diff} />}
</>

const Sample = ({ items }: { items: Operation['items'] }) => (
  <ul className={css.sample}>{items.slice(0, 8).map(item => <li key={item.target}><Untrusted text={item.target} line mono /><span className="grow muted truncate"><Untrusted text={item.detail} line /></span></li>)}</ul>
)
