import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useLocation } from 'wouter'
import { still, useMe } from '../api/queries'
import { dryRun, submissionKeys, submit } from '../api/submit'
import type { OperationRequest } from '../api/types'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Dialog } from '../ui/Dialog'
import { count } from '../ui/format'
import { toast } from '../ui/toast'
import { revealedText } from '../ui/revealed'
import { ErrorPanel, Loading } from '../ui/View'
import { CommandLine } from './CommandLine'
import { closeIntent, type Intent } from './intent'
import { isBulk, kinds, needsReason } from './kinds'
import { initialParameters, missing, ParameterForm } from './ParameterForm'
import { Preview } from './Preview'

export const OperationDialog = ({ intent }: { intent: Intent }) => {
  const client = useQueryClient()
  const { data: me } = useMe()
  const [, navigate] = useLocation()
  const [parameters, setParameters] = useState(() => initialParameters(intent))
  const [reason, setReason] = useState(intent.reason ?? '')
  const [typed, setTyped] = useState('')
  const [keyOf] = useState(submissionKeys)

  const words = kinds[intent.kind]
  const bulk = isBulk(intent)
  const request: OperationRequest = { kind: intent.kind, ...(intent.targets && { targets: intent.targets }), ...(intent.select && { select: intent.select }), ...(Object.keys(parameters).length > 0 && { parameters }) }
  const unsaid = missing(intent, parameters)
  const asked = useDeferredValue(JSON.stringify(request))
  const preview = useQuery({ queryKey: [still, 'dry-run', asked], queryFn: () => dryRun(JSON.parse(asked) as OperationRequest), // The request that is asked may still be the one before the last key.
    enabled: unsaid === null && asked === JSON.stringify(request), gcTime: 0, retry: false })
  const found = preview.data?.preview
  const mutation = useMutation({
    mutationFn: () => {
      const full = { ...request, ...(intent.select && found && { select: { ...intent.select, asOf: found.asOf } }), ...(reason.trim() && { reason: reason.trim() }) }
      return submit(full, keyOf(full))
    },
    onSuccess: operation => {
      void client.invalidateQueries()
      const failed = operation.items.find(item => item.status === 'failed')
      if (!bulk && failed) return
      closeIntent()
      intent.onDone?.()
      if (bulk) navigate(`/operations/${operation.id}`)
      else toast(operation.status === 'done' ? `${words.verb}: done` : `${words.verb}: ${operation.status}`)
    },
  })
  const failure = mutation.data?.items.find(item => item.status === 'failed')

  const mustType = bulk && found !== undefined && found !== null && me !== undefined && found.count > me.confirmAbove
  const why = unsaid
    ?? (preview.isPending ? 'The dry run is not finished.' : null)
    ?? (preview.error ? 'The dry run failed.' : null)
    ?? (found && found.problems.length > 0 ? 'Solve the problems above first.' : null)
    ?? (bulk && found?.count === 0 ? 'There is nothing to do.' : null)
    ?? (needsReason(request) && reason.trim() === '' ? 'Say why first.' : null)
    ?? (mustType && typed.replaceAll(/[\s,.]/g, '') !== String(found.count) ? 'Type the number first.' : null)
    ?? (mutation.isPending ? 'On its way.' : null)

  return (
    <Dialog title={bulk ? `${words.verb}: many at once` : words.verb} onClose={closeIntent} testId="operation-dialog" footer={<>
      <span className="grow muted">{why && !mutation.isPending ? why : ''}</span>
      <Button onClick={closeIntent}>Leave it</Button>
      <Button look={words.danger ? 'danger' : 'primary'} why={why} onClick={() => mutation.mutate()} data-testid="operation-submit">{bulk && found ? `${words.verb}: ${count(found.count)}` : words.verb}</Button>
    </>}>
      {intent.about && <div>{intent.about}</div>}
      <p>{words.says}</p>
      <ParameterForm intent={intent} value={parameters} change={setParameters} />
      {unsaid === null && preview.isPending && <Loading rows={3} label="Dry run" />}
      {preview.error && <ErrorPanel error={preview.error} retry={() => void preview.refetch()} what="what would happen" />}
      {found && <Preview preview={found} bulk={bulk} />}
      <label className={control.field}><span>Reason{needsReason(request) ? '' : ' (optional)'}</span>
        <textarea className={control.input} value={reason} required={needsReason(request)} onChange={event => setReason(event.target.value)} placeholder="For whoever reads the audit later" data-testid="operation-reason" /></label>
      {mustType && <label className={control.field}><span>Type {found.count} to confirm</span><input className={control.input} inputMode="numeric" value={typed} onChange={event => setTyped(event.target.value)} data-testid="operation-confirm" /></label>}
      {preview.data?.commandLine && <CommandLine text={preview.data.commandLine} />}
      {mutation.error && <ErrorPanel error={mutation.error} retry={() => mutation.mutate()} />}
      {failure && <ErrorPanel error={new Error(revealedText(failure.detail ?? 'It could not be done.'))} />}
    </Dialog>
  )
}
