import { groups, letters } from './fleet.mjs'
import { guid, ids, nasty, now } from './data.mjs'

export const operations = []
const nameOf = t => t.letter ? `letter ${t.letter}` : t.ballot ? `ballot ${t.ballot}` : t.timer ? `timer ${t.timer}` : t.effect ? `effect ${t.effect}` : `run ${t.run}`
const hrefOf = t => t.letter ? `/dead-letters/m/${t.letter}` : t.ballot ? `/consensus/${t.ballot}` : t.run ? `/runs/${t.run}` : null

export const operate = (request, runsMatching) => {
  const { kind, targets, select, parameters = {}, reason = null, dryRun } = request
  const total = targets?.length ?? (select?.group ? groups.find(g => g.fingerprint === select.group)?.count ?? 0 : select?.query !== undefined ? runsMatching(select.query) : 3)
  const items = (targets ?? Array.from({ length: Math.min(total, 200) }, (_, i) => select?.group ? { letter: letters.find(l => l.fingerprint === select.group).id + i } : { run: guid() })).map(t => ({ target: nameOf(t), href: hrefOf(t), status: 'waiting', detail: null }))
  const problems = []
  let diff = null
  if (kind === 'dead-letter.edit') {
    try {
      const body = JSON.parse(parameters.body)
      if (!Array.isArray(body.files)) problems.push({ code: 'required', path: '$.files', message: 'patch.drafted.v3 needs files' })
    } catch (error) {
      problems.push({ code: 'json', path: '$', message: error.message })
    }
    diff = [{ kind: 'same', text: '{' }, { kind: 'removed', text: '  "attempts": 5,' }, { kind: 'added', text: `  "attempts": 6, ${nasty}` }, { kind: 'same', text: '}' }]
  }
  const operation = { id: guid(), kind, status: dryRun ? 'preview' : 'running', total, done: 0, failed: 0, skipped: 0, reason, by: 'ana@example.com', via: 'ui', createdAt: now(), endedAt: null, select: select ?? null, items, preview: dryRun ? { count: total, asOf: now(), sample: items.slice(0, 8), warnings: kind === 'run.cancel' ? ['Two effects of it are committed and will be undone.'] : [], problems, diff } : null, commandLine: `coordination ${kind.replace('.', ' ')} ${select ? Object.entries(select).map(([k, v]) => `--${k} '${v}'`).join(' ') : items.map(i => i.target.split(' ')[1]).join(' ')}${reason ? ` --reason '${reason}'` : ''}` }
  if (dryRun) return operation
  if (total === 1) Object.assign(operation, { status: 'done', done: 1, endedAt: now() }, (items[0].status = 'done', {}))
  operations.unshift(operation)
  return operation
}
/** Work goes on a little at every beat, so that progress can be seen. */
export const beat = () => {
  let changed = false
  for (const o of operations) {
    if (o.status !== 'running') continue
    changed = true
    const step = Math.min(Math.ceil(o.total / 20), o.total - o.done - o.failed)
    const failed = Math.floor(step / 9)
    o.failed += failed
    o.done += step - failed
    o.items.slice(0, o.done + o.failed).forEach((item, i) => { item.status = i < o.failed ? 'failed' : 'done'; item.detail = i < o.failed ? nasty : null })
    if (o.done + o.failed >= o.total) Object.assign(o, { status: 'done', endedAt: now() })
  }
  return changed
}
for (const [kind, total] of [['dead-letter.retry', 412], ['run.cancel', 1], ['dead-letter.discard', 3]]) operate({ kind, targets: total === 1 ? [{ run: ids.failed }] : undefined, select: total === 1 ? undefined : { group: groups[total === 412 ? 0 : 2].fingerprint }, reason: 'The provider is back' }, () => 0)
