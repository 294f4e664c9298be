import { Suspense, type ComponentType } from 'react'
import { Link } from 'wouter'
import { apiUrl } from '../api/client'
import { useApi } from '../api/queries'
import type { RunDetail } from '../api/types'
import { ActionButton } from '../operations/ActionButton'
import { Boundary } from '../app/Boundary'
import { decidedBy } from '../ballots/words'
import { buttonClass } from '../ui/Button'
import { Chip, Tag } from '../ui/Chip'
import control from '../ui/control.module.css'
import { chunk } from '../ui/chunk'
import { CopyButton, Id } from '../ui/Copy'
import { compact, count, money } from '../ui/format'
import { Icon } from '../ui/Icon'
import { Linked } from '../ui/Linked'
import { runMark } from '../ui/marks'
import { Facts, Page } from '../ui/Page'
import { revealedText } from '../ui/revealed'
import { When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { useParams } from '../ui/urlState'
import { Loading, View } from '../ui/View'
import { AuditTab } from './AuditTab'
import { Cancelled } from './Cancelled'
import { CausesTab } from './CausesTab'
import { asOf, RunValue } from './context'
import { EffectsTab } from './EffectsTab'
import { MessagesTab } from './MessagesTab'
import { Left, Took } from './Moment'
import { PayloadsTab } from './PayloadsTab'
import { Questions } from './Questions'
import css from './run.module.css'
import { Slider } from './Slider'
import { StateTab } from './StateTab'
import { TimelineTab } from './TimelineTab'
import { VotesTab } from './VotesTab'
import { WaitsTab } from './WaitsTab'
import { votedDown, waitsFor } from './words'

const GraphTab = chunk(async () => (await import('./GraphTab')).GraphTab)

const tabs: readonly (readonly [key: string, name: string, view: ComponentType])[] = [
  ['timeline', 'Timeline', TimelineTab], ['graph', 'Graph', GraphTab], ['messages', 'Messages', MessagesTab], ['state', 'State', StateTab], ['votes', 'Votes', VotesTab],
  ['effects', 'Effects', EffectsTab], ['waits', 'Waits', WaitsTab], ['payloads', 'Payloads', PayloadsTab], ['causes', 'Causes', CausesTab], ['audit', 'Audit', AuditTab],
]

const Head = ({ detail }: { detail: RunDetail }) => {
  const { run } = detail
  const down = votedDown(detail)
  return <>
    <p className={css.story}><Untrusted text={detail.story} /></p>
    {down ? <p className={css.why}>{decidedBy(down).replace(/^./, first => first.toUpperCase())} decided <strong>{down.option === null ? 'that nothing may be done' : <Untrusted text={down.option} line />}</strong>, so <Untrusted text={run.failedStep} line /> was not carried out. <Link href={`/consensus/${down.ballotId}`}>Open the ballot</Link></p> : run.failedDetail && <p className={css.why}><span className="muted">The agent of {run.failedStep === null ? 'a step' : <Untrusted text={run.failedStep} />} said: </span><Untrusted text={run.failedDetail} /></p>}
    {detail.cancel && <Cancelled cancel={detail.cancel} />}
    {run.stuck && <p className={css.stuck}><Icon name="warn" /><span><strong>Stuck: </strong><Untrusted text={run.stuck} /></span></p>}
    <Facts items={[
      run.failedStep !== null && ['Failed at', <strong><Untrusted text={run.failedStep} line /></strong>],
      run.waitsFor !== null && run.endedAt === null && ['Waits for', <><span title={revealedText(run.waitsFor).slice(0, 400)}><Linked text={run.waitsFor} words={waitsFor(run) ?? ''} line /></span>{run.waitEndsAt && <span className="muted"> · <Left at={run.waitEndsAt} /></span>}</>],
      ['Started', <When at={run.startedAt} />], ['Took', <Took from={run.startedAt} to={run.endedAt} />], run.deadlineAt !== null && run.endedAt === null && ['Deadline', <Left at={run.deadlineAt} />],
      ['Steps', `${run.stepsDone} of ${run.steps}`], ['Retries', count(run.retries)], ['Cost', money(detail.costMicroUsd)], ['Tokens', <span title={`${count(detail.inputTokens)} in, ${count(detail.outputTokens)} out`}>{compact(detail.inputTokens)} in · {compact(detail.outputTokens)} out</span>],
      ['Requester', <Untrusted text={run.requester} line />], run.businessScope !== null && ['Scope', <Untrusted text={run.businessScope} line />], ['Tenant', <Untrusted text={run.tenant} line />],
      detail.joinedRunId !== null && ['Joined', <Link href={`/runs/${detail.joinedRunId}`}>another run</Link>],
      detail.traceId !== null && ['Trace', <span className="row" style={{ gap: 2 }}><code>{detail.traceId.slice(0, 8)}…</code><CopyButton text={detail.traceId} what="trace id" /></span>],
      detail.compensated.length > 0 && ['Undone', <Untrusted text={detail.compensated.join(', ')} line />],
    ]} />
    <Questions detail={detail} />
  </>
}

export const RunPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const id = params.id ?? ''
  const tab = tabs.find(([key]) => key === params.tab) ?? tabs[0]
  const [search, set] = useParams()
  const atText = search.get('at')
  const at = atText !== null && /^\d+$/.test(atText) ? Number(atText) : null
  const topic = `run:${id}`
  const query = useApi<RunDetail>(topic, asOf(`/runs/${id}`, at), { keep: true })
  const detail = query.data?.run.runId === id ? query.data : undefined
  const name = detail ? revealedText(detail.run.name) : 'Run'
  const Tab = tab?.[2] ?? TimelineTab
  return (
    <Page title={detail ? `${name} · ${tab?.[1]}` : 'Run'} heading={detail ? <Untrusted text={detail.run.name} /> : 'Run'} crumbs={[{ href: '/runs', text: 'Runs' }]}
      note={detail && <><Chip mark={runMark(detail.run)} />{at !== null && <Tag tone="warn">as of event {at}</Tag>}<Id id={id} what="run id" full /></>}
      actions={detail && <><a className={buttonClass()} href={apiUrl(`/runs/${id}/export`)} download={`run-${id}.json`} title="Everything that is known of the run, as JSON" data-testid="export"><Icon name="download" />Export</a>{detail.actions.filter(offer => offer.kind === 'run.cancel' || offer.kind === 'dead-letter.retry').map(offer => <ActionButton key={offer.kind} offer={offer} label={offer.kind === 'dead-letter.retry' ? 'Retry its dead letters…' : undefined}
        intent={offer.kind === 'run.cancel' ? { kind: offer.kind, targets: [{ run: id }], about: <><strong><Untrusted text={detail.run.name} line /></strong> <Untrusted text={detail.run.businessScope} line none="" /></> } : { kind: offer.kind, select: { run: id } }} />)}</>}>
      <View query={{ ...query, data: detail }} what="this run" rows={10}>{data => (
        <RunValue value={{ id, topic, at, setAt: seq => set({ at: seq === null ? null : String(seq) }), moment: data.moment, detail: data }}>
          <div className="stack" data-page-copy={id}>
            <Head detail={data} />
            <div className={css.bar}>
              <nav className={control.tabs} aria-label="Views of the run">{tabs.map(([key, title]) => <Link key={key} href={`/runs/${id}${key === 'timeline' ? '' : `/${key}`}${at === null ? '' : `?at=${at}`}`} aria-current={key === tab?.[0] ? 'page' : undefined} data-testid={`tab-${key}`}>{title}
                {key === 'votes' && data.ballots.length > 0 && <span className={control.badge}>{data.ballots.length}</span>}{key === 'payloads' && <Icon name="lock" size={11} />}</Link>)}</nav>
              <Slider last={data.lastSeq} />
            </div>
            <div data-testid={`view-${tab?.[0]}`}><Boundary at={tab?.[0] ?? ''}><Suspense fallback={<Loading />}><Tab /></Suspense></Boundary></div>
          </div>
        </RunValue>
      )}</View>
    </Page>
  )
}
