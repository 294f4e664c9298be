import type { Problem, Role } from './types'

/** Mount prefix as the host wrote it into `<base>`; ends with a slash. */
export const baseUrl = (): URL => new URL('./', document.baseURI)
export const routerBase = (): string => baseUrl().pathname.replace(/\/$/, '')
export const apiUrl = (path: string): string => new URL(`api/v1${path}`, baseUrl()).href

/** What the server refused, or that it was not reached (`status` 0). */
export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ApiError'
    this.problem = problem
  }
  get status(): number { return this.problem.status }
  get missingRole(): Role | null { return this.problem.missingRole }
}

const problem = (status: number, title: string, detail: string | null): Problem => ({ type: 'about:blank', title, status, detail, traceId: '', code: null, missingRole: null })

const readProblem = async (response: Response): Promise<Problem> => {
  const base = problem(response.status, response.statusText || `The server answered ${response.status}`, null)
  if (!/json/.test(response.headers.get('content-type') ?? '')) return base
  const body: unknown = await response.json().catch(() => null)
  return body !== null && typeof body === 'object' ? { ...base, ...body } : base
}

let onSignedOut: () => void = () => {}
/** A 401 ends every page the same way, so one place hears of it. */
export const whenSignedOut = (handler: () => void): void => { onSignedOut = handler }

const getTimeoutMs = 10_000

const send = async <T>(path: string, init: RequestInit, timeoutMs: number): Promise<T> => {
  const timeout = AbortSignal.timeout(timeoutMs)
  let response: Response
  try {
    response = await fetch(apiUrl(path), { credentials: 'same-origin', ...init, signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout })
  } catch (error) {
    if (timeout.aborted) throw new ApiError(problem(0, 'The server took too long', `No answer within ${timeoutMs / 1000} s.`))
    if (init.signal?.aborted) throw error
    throw new ApiError(problem(0, 'The server cannot be reached', 'Check the network, or wait until the server is back. Your work here is kept.'))
  }
  if (response.status === 401) onSignedOut()
  if (!response.ok) throw new ApiError(await readProblem(response))
  return await response.json() as T
}

export const getJson = <T>(path: string, signal?: AbortSignal): Promise<T> => send<T>(path, { headers: { accept: 'application/json' }, signal }, getTimeoutMs)

/** `key` names the submission: a retry of the same one must carry the same key. */
export const postJson = <T>(path: string, body: unknown, key: string): Promise<T> =>
  send<T>(path, { method: 'POST', headers: { 'content-type': 'application/json', 'accept': 'application/json', 'X-Coordination': '1', 'Idempotency-Key': key }, body: JSON.stringify(body) }, 30_000)

/** Control characters are in no text that could be found; the server refuses them, and a pasted line of a log has some. Each becomes a blank, so that places stay. */
export const queryString = (values: Record<string, string | number | null | undefined>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined && value !== '') search.set(name, String(value).replaceAll(/\p{Cc}/gu, ' '))
  const text = search.toString()
  return text ? `?${text}` : ''
}
