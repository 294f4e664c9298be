import { lazy, Suspense } from 'react'
import { useIntent } from './intent'

const OperationDialog = lazy(async () => ({ default: (await import('./OperationDialog')).OperationDialog }))

/** One dialog for every action; its code is read with the first one. */
export const OperationHost = () => {
  const intent = useIntent()
  return intent && <Suspense fallback={null}><OperationDialog intent={intent} /></Suspense>
}
