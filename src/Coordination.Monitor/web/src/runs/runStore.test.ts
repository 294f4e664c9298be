import { describe, expect, it, vi } from 'vitest'
import type { RunPage, RunSummary } from '../api/types'
import { createRunStore } from './runStore'

const row = (runId: string, version = 1, more: Partial<RunSummary> = {}) => ({ runId, version, status: 'running', startedAt: '2026-01-01T00:00:00Z', agents: [], name: 'n', requester: 'r', reason: null, ...more }) as unknown as RunSummary
const page = (ids: string[], next: string | null = null): RunPage => ({ rows: ids.map(id => row(id)), next, asOf: '2026-01-01T01:00:00Z', problems: [] })

describe('the store of runs', () => {
  it('appends keyset pages, each row once, and stops at the end', async () => {
    const read = vi.fn(async (after: string | null) => after === null ? page(['a', 'b'], '2') : page(['b', 'c']))
    const store = createRunStore(read, '')
    await Promise.all([store.more(), store.more()])
    expect(read).toHaveBeenCalledTimes(1)
    await store.more()
    await store.more()
    expect(store.list().order).toEqual(['a', 'b', 'c'])
    expect(read.mock.calls.map(([after]) => after)).toEqual([null, '2'])
  })
  it('patches in place, ignores what is not newer, and tells only who watches the row', async () => {
    const store = createRunStore(async () => page(['a', 'b']), '')
    await store.more()
    const [a, b] = [vi.fn(), vi.fn()]
    store.watchRow('a', a)
    const stop = store.watchRow('b', b)
    store.patch({ rows: [row('a', 3, { status: 'failed' }), row('b', 1, { status: 'failed' })], more: 0 })
    expect([a.mock.calls.length, b.mock.calls.length]).toEqual([1, 0])
    expect([store.row('a')?.status, store.row('b')?.status]).toEqual(['failed', 'running'])
    stop()
    store.patch({ rows: [row('a', 2, { status: 'running' }), row('b', 2)], more: 0 })
    expect(store.row('a')?.status).toBe('failed')
    expect(b).not.toHaveBeenCalled()
    expect(store.list().order).toEqual(['a', 'b'])
  })
  it('counts new runs once and leaves the order alone', async () => {
    const store = createRunStore(async () => page(['a']), '')
    await store.more()
    const later = row('z', 1, { startedAt: '2026-01-01T02:00:00Z' })
    store.patch({ rows: [later], more: 0 })
    store.patch({ rows: [{ ...later, version: 2 }, row('old', 9)], more: 0 })
    expect(store.list()).toMatchObject({ arrived: 1, some: false, order: ['a'] })
  })
  it('does not count what cannot match, and says when only the server can tell', async () => {
    const store = createRunStore(async () => page(['a']), 'state:failed cost>2')
    await store.more()
    store.patch({ rows: [row('x', 1, { startedAt: '2026-01-01T02:00:00Z' }), row('y', 1, { startedAt: '2026-01-01T02:00:00Z', status: 'failed' })], more: 0 })
    expect(store.list()).toMatchObject({ arrived: 1, some: true })
  })
  it('keeps a row that no longer matches, and marks it', async () => {
    const store = createRunStore(async () => page(['a']), 'state:running')
    await store.more()
    store.patch({ rows: [row('a', 2, { status: 'failed' })], more: 0 })
    expect([store.left('a'), store.list().order]).toEqual([true, ['a']])
    store.patch({ rows: [row('a', 3)], more: 0 })
    expect(store.left('a')).toBe(false)
  })
  it('reads again only the pages that are looked at', async () => {
    const read = vi.fn(async (after: string | null): Promise<RunPage> => ({ ...(after === null ? page(['a', 'b'], '2') : page(['c', 'd'])), rows: (after === null ? ['a', 'b'] : ['c', 'd']).map(id => row(id, read.mock.calls.length)) }))
    const store = createRunStore(read, '')
    await store.more()
    await store.more()
    read.mockClear()
    store.look(2, 3)
    for (let n = 0; n < 4; n++) await store.refresh()
    expect(new Set(read.mock.calls.map(([after]) => after))).toEqual(new Set(['2']))
    expect([store.row('c')?.version, store.list().order]).toEqual([4, ['a', 'b', 'c', 'd']])
  })
  it('keeps what it has when a page fails, and can try again', async () => {
    const read = vi.fn(async (after: string | null) => after === null ? page(['a'], '1') : page(['b'])).mockImplementationOnce(async () => page(['a'], '1')).mockImplementationOnce(async () => { throw new Error('no') })
    const store = createRunStore(read, '')
    await store.more()
    await store.more()
    expect(store.list()).toMatchObject({ order: ['a'], error: new Error('no'), loading: false })
    await store.more()
    expect(store.list()).toMatchObject({ order: ['a', 'b'], error: null })
  })
})
