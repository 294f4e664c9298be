import { postJson } from './client'
import type { Operation, OperationRequest } from './types'

/** `randomUUID` exists only on secure origins; a monitor on a private network may be plain HTTP. */
export const newKey = (): string => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6] ?? 0) & 0x0f | 0x40
  b[8] = (b[8] ?? 0) & 0x3f | 0x80
  const hex = [...b].map(value => value.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Remembers the key of a submission: the same words sent again are the same submission, other words another. */
export const submissionKeys = (make: () => string = newKey) => {
  const keys = new Map<string, string>()
  return (request: unknown): string => {
    const text = JSON.stringify(request)
    const key = keys.get(text) ?? make()
    keys.set(text, key)
    return key
  }
}

export const dryRun = (request: OperationRequest): Promise<Operation> => postJson<Operation>('/operations', { ...request, dryRun: true }, newKey())
export const submit = (request: OperationRequest, key: string): Promise<Operation> => postJson<Operation>('/operations', request, key)
export const steer = (id: string, verb: 'suspend' | 'resume' | 'cancel'): Promise<Operation> => postJson<Operation>(`/operations/${id}/${verb}`, {}, newKey())
