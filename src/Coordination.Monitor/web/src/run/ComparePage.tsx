import { Link } from 'wouter'
import { queryString } from '../api/client'
import { still, useApi } from '../api/queries'
import type { RunComparison, RunSummary } from '../api/types'
import { Button } from '../ui/Button'
import { Chip, Tag } from '../ui/Chip'
import control from '../ui/control.module.css'
import { Icon } from '../ui/Icon'
import { AgentLink } from '../ui/Linked'
import { runMark } from '../ui/marks'
import { Page, Panel, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Lasted } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParams } from '../ui/urlState'
import { Empty, View } from '../ui/View'
import css from './run.module.css'
import { comparedField, comparedValue } from './words'

const Side = ({ run, letter }: { run: RunSummary, letter: string }) => <Panel><div className="row"><Tag>{letter}</Tag><Link href={`/runs/${run.runId}`}><strong><Untrusted text={run.name} inLink /></strong></Link><Chip mark={runMark(run)} /><span className="muted"><Lasted from={run.startedAt} to={run.endedAt} /></span></div><code className="muted" style={{ overflowWrap: 'anywhere' }}>{run.runId}</code></Panel>

/** A field of a step. */
const Value = ({ field, value }: { field: string, value: string | null }) => value !== null && /^(agentType|undoneBy)$/.test(field) ? <AgentLink type={value} /> : <Untrusted text={comparedValue(field, value, true)} none="–" max={160} />

export const ComparePage = (_: { params: Record<string, string | undefined> }) => {
  const [params, set] = useParams()
  const a = params.get('a') ?? ''
  const b = params.get('b') ?? ''
  const query = useApi<RunComparison>(still, `/runs/compare${queryString({ a, b })}`, { enabled: a !== '' && b !== '' })
  return (
    <Page title="Compare two runs" crumbs={[{ href: '/runs', text: 'Runs' }]} actions={<Button icon="retry" onClick={() => set({ a: b, b: a })}>Swap</Button>}>
      <form className="row" onSubmit={event => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        set({ a: String(form.get('a')).trim(), b: String(form.get('b')).trim() })
      }} key={`${a} ${b}`}>
        <label className="row">A <input className={control.input} style={{ width: 310, maxWidth: '100%' }} name="a" defaultValue={a} placeholder="Id of a run" /></label><label className="row">B <input className={control.input} style={{ width: 310, maxWidth: '100%' }} name="b" defaultValue={b} placeholder="Id of a run" /></label><Button type="submit">Compare</Button>
      </form>
      {a === '' || b === '' ? <Empty icon="columns" title="Choose two runs"><p>Select two in the list of runs with <kbd>x</kbd>, or paste their ids above.</p></Empty> : <View query={query} what="the comparison">{data => <div className="stack" style={{ gap: 20 }}>
        <div className={css.sides}><Side run={data.a} letter="A" /><Side run={data.b} letter="B" /></div>
        {data.first ? <Panel tone="warn" testId="first-difference"><div className="row"><Icon name="warn" /><strong>They part here</strong>{data.first.stepId && <Tag>{data.first.stepId}</Tag>}{data.first.seqA !== null && <Link href={`/runs/${a}/state?at=${data.first.seqA}`}>A at event {data.first.seqA}</Link>}{data.first.seqB !== null && <Link href={`/runs/${b}/state?at=${data.first.seqB}`}>B at event {data.first.seqB}</Link>}</div><Untrusted text={data.first.what} /></Panel> : <Panel><div className="row"><Icon name="check" />Their histories do not differ.</div></Panel>}
        <Section title="Whole runs" id="fields"><Table label="Differences of the runs" rows={data.fields} id={row => row.field} tone={row => row.a === row.b ? undefined : 'warn'} columns={[{ key: 'field', head: 'Field', cell: row => comparedField(row.field) }, { key: 'a', head: 'A', cell: row => <Untrusted text={comparedValue(row.field, row.a, false)} none="–" /> }, { key: 'b', head: 'B', wide: true, cell: row => <Untrusted text={comparedValue(row.field, row.b, false)} none="–" /> }]} /></Section>
        <Section title="Step by step" id="steps" note={`${data.steps.filter(step => step.same).length} of ${data.steps.length} are the same`}><Table label="Steps compared" rows={data.steps} id={row => row.stepId} tone={row => row.same ? undefined : 'warn'} columns={[
          { key: 'step', head: 'Step', cell: row => <Untrusted text={row.stepId} line /> }, { key: 'same', head: 'Same', cell: row => row.same ? 'same' : !row.inA ? <Tag tone="warn">only in B</Tag> : !row.inB ? <Tag tone="warn">only in A</Tag> : <Tag tone="warn">differs</Tag>, nowrap: true },
          { key: 'a', head: 'In A', cell: row => row.fields.map(field => <div key={field.field}><span className="muted">{comparedField(field.field)}</span> <Value field={field.field} value={field.a} /></div>) }, { key: 'b', head: 'In B', cell: row => row.fields.map(field => <div key={field.field}><span className="muted">{comparedField(field.field)}</span> <Value field={field.field} value={field.b} /></div>) },
        ]} /></Section>
      </div>}</View>}
    </Page>
  )
}
