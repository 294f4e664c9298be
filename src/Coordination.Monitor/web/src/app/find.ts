import { ApiError, getJson } from '../api/client'
import type { Resolved } from '../api/types'

const guid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const trace = /^(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i

export const looksLikeId = (text: string): boolean => guid.test(text) || trace.test(text)

const exists = async (path: string, href: string): Promise<string | null> => {
  try {
    await getJson(path)
    return href
  } catch (error) {
    if (error instanceof ApiError && error.status !== 0 && error.status < 500) return null
    throw error
  }
}
const resolve = async (query: string): Promise<string | null> => {
  try {
    return (await getJson<Resolved>(`/resolve?${query}`)).href
  } catch (error) {
    if (error instanceof ApiError && error.status !== 0 && error.status < 500) return null
    throw error
  }
}
/** Where an id leads: a UUID may be a run, a ballot, a message, an operation or a trace without dashes. */
export const whereIs = async (text: string): Promise<string | null> => {
  const id = text.trim()
  if (guid.test(id)) {
    const tries = [() => exists(`/runs/${id}`, `/runs/${id}`), () => exists(`/ballots/${id}`, `/consensus/${id}`), () => resolve(`message=${id}`), () => resolve(`correlation=${id}`), () => exists(`/operations/${id}`, `/operations/${id}`)]
    for (const attempt of tries) {
      // One after the other: most ids are runs, and the rest need not be asked.
      const href = await attempt()
      if (href) return href
    }
  }
  const traceId = trace.exec(id)?.[1]
  return traceId ? resolve(`trace=${traceId}`) : null
}
