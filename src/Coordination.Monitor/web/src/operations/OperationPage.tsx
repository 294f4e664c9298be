import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useApi } from '../api/queries'
import { steer } from '../api/submit'
import type { Operation, OperationItem } from '../api/types'
import { Button } from '../ui/Button'
import { Chip, type Mark } from '../ui/Chip'
import { Id } from '../ui/Copy'
import { count } from '../ui/format'
import { operationMark, unknownMark } from '../ui/marks'
import { Facts, Page, Section } from '../ui/Page'
import { Table } from '../ui/Table'
import { Lasted, When } from '../ui/Time'
import { Untrusted } from '../ui/Untrusted'
import { Empty, ErrorPanel, View } from '../ui/View'
import { CommandLine } from './CommandLine'
import { useRoleWhy } from './ActionButton'
import { kinds } from './kinds'
import { Progress } from './Progress'

const itemMarks: Record<OperationItem['status'], Mark> = {
  waiting: { tone: 'idle', icon: 'clock', word: 'Waiting' }, done: { tone: 'ok', icon: 'check', word: 'Done' }, failed: { tone: 'bad', icon: 'cross', word: 'Failed' }, skipped: { tone: 'idle', icon: 'dash', word: 'Skipped' },
}

export const OperationPage = ({ params }: { params: Record<string, string | undefined> }) => {
  const id = params.id ?? ''
  const query = useApi<Operation>(`operation:${id}`, `/operations/${id}`)
  const client = useQueryClient()
  const roleWhy = useRoleWhy('operator')
  const steering = useMutation({ mutationFn: (verb: 'suspend' | 'resume' | 'cancel') => steer(id, verb), onSuccess: () => client.invalidateQueries() })
  const operation = query.data
  const verb = operation ? kinds[operation.kind]?.verb ?? operation.kind : 'Operation'
  const ended = operation ? /done|failed|cancelled/.test(operation.status) : true
  return (
    <Page title={verb} crumbs={[{ href: '/operations', text: 'Operations' }]} note={operation && <><Chip mark={operationMark(operation.status)} /><Id id={operation.id} what="operation id" /></>}
      actions={operation && <>
        {operation.status === 'suspended'
          ? <Button icon="play" why={roleWhy} onClick={() => steering.mutate('resume')} data-testid="operation-resume">Resume</Button>
          : <Button icon="pause" why={ended ? 'It has ended.' : roleWhy} onClick={() => steering.mutate('suspend')} data-testid="operation-suspend">Suspend</Button>}
        <Button look="danger" why={ended ? 'It has ended.' : roleWhy} onClick={() => steering.mutate('cancel')} data-testid="operation-cancel">Cancel the rest</Button>
      </>}>
      {steering.error && <ErrorPanel error={steering.error} />}
      <View query={query} what="this operation">{data => <div className="stack" data-page-copy={data.id}>
        <Progress operation={data} />
        <Facts items={[['Targets', count(data.total)], ['Done', count(data.done)], ['Failed', count(data.failed)], ['Skipped', count(data.skipped)], ['By', <><Untrusted text={data.by} line /> <span className="muted">via {data.via}</span></>],
          ['Begun', <When at={data.createdAt} />], ['Took', <Lasted from={data.createdAt} to={data.endedAt} />], ['Reason', <Untrusted text={data.reason} none="none given" />], data.select && ['Selected by', <Selection operation={data} />]]} />
        {data.commandLine && <CommandLine text={data.commandLine} />}
        <Section title="Targets" id="items" note={data.items.length < data.total ? `the first ${count(data.items.length)} of ${count(data.total)}, failures first` : undefined}>
          {data.items.length === 0 ? <Empty title="Nothing was touched yet" icon="ops" /> : <Table label="Targets" rows={data.items} id={item => item.target} copy={item => item.target} tone={item => item.status === 'failed' ? 'bad' : undefined} columns={[
            { key: 'status', head: 'State', cell: item => <Chip mark={itemMarks[item.status] ?? unknownMark(item.status)} /> },
            { key: 'target', head: 'Target', cell: item => item.href ? <Link href={item.href}><Untrusted text={item.target} mono inLink /></Link> : <Untrusted text={item.target} mono /> },
            { key: 'detail', head: 'What happened', wide: true, cell: item => <Untrusted text={item.detail} none="–" /> },
          ]} />}
        </Section>
      </div>}</View>
    </Page>
  )
}
const Selection = ({ operation: { select } }: { operation: Operation }) => <code>{Object.entries(select ?? {}).filter(([, value]) => value !== null).map(([name, value], index) => <span key={name}>{index > 0 && ' '}{name}={name === 'run' ? <Link href={`/runs/${value}`}>{value}</Link> : name === 'group' ? <Link href={`/dead-letters/${encodeURIComponent(value)}`}><Untrusted text={value} line /></Link> : <Untrusted text={value} />}</span>)}</code>
