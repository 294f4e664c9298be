import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { still } from '../api/queries'
import { dryRun, submissionKeys, submit } from '../api/submit'
import type { LetterDetail, OperationRequest } from '../api/types'
import { CommandLine } from '../operations/CommandLine'
import { Preview } from '../operations/Preview'
import { Button } from '../ui/Button'
import control from '../ui/control.module.css'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/toast'
import { Untrusted } from '../ui/Untrusted'
import { ErrorPanel } from '../ui/View'
import css from './letters.module.css'

const settleMs = 400

/** The original stays on the left as it was; the server checks every version against the contract before anything is kept. */
export const EditDialog = ({ detail, original, onClose }: { detail: LetterDetail, original: string, onClose: () => void }) => {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [body, setBody] = useState(original)
  const [settled, setSettled] = useState(original)
  const [retry, setRetry] = useState(true)
  const [reason, setReason] = useState('')
  const [keyOf] = useState(submissionKeys)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(body), settleMs)
    return () => clearTimeout(timer)
  }, [body])
  const request = (text: string): OperationRequest => ({ kind: 'dead-letter.edit', targets: [{ letter: detail.letter.id }], parameters: { body: text, retry } })
  const changed = body !== original
  const check = useQuery({ queryKey: [still, 'dry-run', detail.letter.id, settled, retry], queryFn: () => dryRun(request(settled)), enabled: changed && settled === body, gcTime: 0, retry: false, placeholderData: old => old })
  const preview = changed ? check.data?.preview : null
  const mutation = useMutation({
    mutationFn: () => {
      const full = { ...request(body), reason: reason.trim() }
      return submit(full, keyOf(full))
    },
    onSuccess: operation => {
      void client.invalidateQueries()
      const failed = operation.items.find(item => item.status === 'failed')
      if (failed) return
      toast(retry ? 'A new version was sent; the original is kept' : 'A new version is parked; the original is kept')
      onClose()
      const href = operation.items[0]?.href
      if (href?.startsWith('/dead-letters/m/')) navigate(href)
    },
  })
  const failure = mutation.data?.items.find(item => item.status === 'failed')
  const why = !changed ? 'Nothing was changed yet.' : settled !== body || check.isFetching ? 'It is being checked.' : check.error ? 'The check failed.' : preview && preview.problems.length > 0 ? 'Solve the problems first.' : reason.trim() === '' ? 'Say why first.' : mutation.isPending ? 'On its way.' : null
  return (
    <Dialog wide title="Edit and retry" onClose={onClose} testId="edit-dialog" footer={<><span className="grow muted">{why}</span><Button onClick={onClose}>Leave it</Button><Button look="primary" why={why} onClick={() => mutation.mutate()} data-testid="edit-submit">{retry ? 'Keep and retry' : 'Keep only'}</Button></>}>
      <div className={css.sides}>
        <div><h3>Original, kept as it is</h3><pre className={css.original} tabIndex={0} role="group" aria-label="Original body"><Untrusted text={original} mono max={20_000} /></pre></div>
        <label><h3>New version{detail.contract && <span className="muted" style={{ fontWeight: 400 }}> · checked against {detail.contract}</span>}</h3><textarea className={`${control.input} ${css.edit}`} aria-label="New version" spellCheck={false} value={body} aria-invalid={preview && preview.problems.length > 0 || undefined} onChange={event => setBody(event.target.value)} data-testid="edit-body" /></label>
      </div>
      {check.error && <ErrorPanel error={check.error} retry={() => void check.refetch()} what="what would be sent" />}
      {preview && <Preview preview={preview} bulk={false} />}
      <label className="row"><input type="checkbox" className={control.check} checked={retry} onChange={event => setRetry(event.target.checked)} />Retry the new version at once</label>
      <label className={control.field}><span>Reason</span><textarea className={control.input} value={reason} required onChange={event => setReason(event.target.value)} placeholder="What was wrong with it" data-testid="operation-reason" /></label>
      {check.data?.commandLine && <CommandLine text={check.data.commandLine} />}
      {mutation.error && <ErrorPanel error={mutation.error} retry={() => mutation.mutate()} />}
      {failure && <ErrorPanel error={new Error(failure.detail ?? 'It could not be done.')} />}
    </Dialog>
  )
}
