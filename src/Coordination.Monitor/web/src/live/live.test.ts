import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoffMs } from './backoff'
import { coalesce } from './coalesce'
import { startHub } from './hub'
import { dropSilent, emptyHub, receive, silentMs, union, wants, type ToPage } from './protocol'

class FakeSource {
  static made: FakeSource[] = []
  listeners = new Map<string, ((event: { data: string, lastEventId: string }) => void)[]>()
  closed = false
  constructor(readonly url: string) { FakeSource.made.push(this) }
  addEventListener(name: string, listener: (event: { data: string, lastEventId: string }) => void) { this.listeners.set(name, [...this.listeners.get(name) ?? [], listener]) }
  close() { this.closed = true }
  say(name: string, data: unknown = {}, lastEventId = '') { this.listeners.get(name)?.forEach(listener => listener({ data: JSON.stringify(data), lastEventId })) }
}
const latest = () => FakeSource.made.at(-1)!

beforeEach(() => {
  vi.useFakeTimers()
  FakeSource.made = []
  vi.stubGlobal('EventSource', FakeSource)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('what the hub knows', () => {
  it('is the union of what its pages show, with the pulse', () => {
    const hub = receive(receive(emptyHub, 1, { kind: 'topics', topics: ['runs', 'overview'] }, 0), 2, { kind: 'topics', topics: ['runs', 'flow'] }, 0)
    expect(union(hub)).toEqual(['flow', 'overview', 'pulse', 'runs'])
    expect(union(receive(hub, 2, { kind: 'bye' }, 0))).toEqual(['overview', 'pulse', 'runs'])
    expect(union(emptyHub)).toEqual([])
    expect([wants({ topics: ['runs'], seenAt: 0 }, 'pulse'), wants({ topics: ['runs'], seenAt: 0 }, 'flow')]).toEqual([true, false])
  })
  it('forgets a page that is silent and takes it back when it speaks', () => {
    const hub = receive(receive(emptyHub, 1, { kind: 'topics', topics: ['runs'] }, 0), 2, { kind: 'topics', topics: ['flow'] }, silentMs)
    const later = dropSilent(hub, silentMs + 1)
    expect([...later.ports.keys()]).toEqual([2])
    expect([...receive(later, 1, { kind: 'topics', topics: ['runs'] }, silentMs + 2).ports.keys()]).toEqual([2, 1])
  })
})
describe('one stream for all pages', () => {
  it('opens again with the union when a page changes its topics, once for a burst, after the last id', () => {
    const hub = startHub('/e')
    const [a, b] = [vi.fn<(message: ToPage) => void>(), vi.fn<(message: ToPage) => void>()]
    const [fromA, fromB] = [hub.join(a), hub.join(b)]
    fromA({ kind: 'topics', topics: ['overview'] })
    fromA({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    expect(FakeSource.made.map(source => source.url)).toEqual(['/e?topics=pulse,runs'])
    latest().say('open')
    latest().say('runs', { rows: [], more: 0 }, '41')
    expect(a).toHaveBeenCalledWith({ kind: 'event', topic: 'runs', data: { rows: [], more: 0 } })
    fromB({ kind: 'topics', topics: ['flow'] })
    vi.advanceTimersByTime(50)
    expect([FakeSource.made[0]?.closed, latest().url]).toEqual([true, '/e?topics=flow,pulse,runs&after=41'])
    latest().say('flow', { at: 'x' }, '42')
    expect(b).toHaveBeenCalledWith({ kind: 'event', topic: 'flow', data: { at: 'x' } })
    expect(a).not.toHaveBeenCalledWith(expect.objectContaining({ topic: 'flow' }))
  })
  it('tells everyone of a gap and of a break, waits longer each time, and resumes', () => {
    const hub = startHub('/e')
    const page = vi.fn<(message: ToPage) => void>()
    hub.join(page)({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    latest().say('open')
    latest().say('gap', {}, '7')
    expect(page).toHaveBeenCalledWith({ kind: 'gap' })
    latest().say('error')
    expect(page).toHaveBeenLastCalledWith(expect.objectContaining({ kind: 'link', state: 'broken' }))
    for (const wait of [500, 1_000, 2_000, 4_000, 4_000]) {
      const made = FakeSource.made.length
      vi.advanceTimersByTime(wait - 1)
      expect(FakeSource.made).toHaveLength(made)
      vi.advanceTimersByTime(1)
      expect(FakeSource.made).toHaveLength(made + 1)
      latest().say('error')
    }
    vi.advanceTimersByTime(4_000)
    latest().say('open')
    expect(page).toHaveBeenLastCalledWith({ kind: 'link', state: 'open', retryAt: null })
    expect(latest().url).toContain('after=7')
  })
  it('takes a long silence for a break', () => {
    const hub = startHub('/e')
    const page = vi.fn<(message: ToPage) => void>()
    hub.join(page)({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    latest().say('open')
    vi.advanceTimersByTime(12_000)
    expect(page).toHaveBeenLastCalledWith(expect.objectContaining({ state: 'broken' }))
  })
  it('closes for a page that hides, and opens for it again', () => {
    const hub = startHub('/e')
    const page = vi.fn<(message: ToPage) => void>()
    const say = hub.join(page)
    say({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    say({ kind: 'bye' })
    vi.advanceTimersByTime(50)
    expect(latest().closed).toBe(true)
    say({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    latest().say('runs', { rows: [], more: 0 })
    expect(page).toHaveBeenLastCalledWith(expect.objectContaining({ topic: 'runs' }))
  })
  it('does not open again for a beat that says nothing new', () => {
    const say = startHub('/e').join(() => {})
    for (let beat = 0; beat < 3; beat++) {
      say({ kind: 'topics', topics: ['runs'] })
      vi.advanceTimersByTime(50)
    }
    expect(FakeSource.made).toHaveLength(1)
  })
  it('closes when the last page leaves', () => {
    const hub = startHub('/e')
    const say = hub.join(() => {})
    say({ kind: 'topics', topics: ['runs'] })
    vi.advanceTimersByTime(50)
    say({ kind: 'bye' })
    vi.advanceTimersByTime(50)
    expect(latest().closed).toBe(true)
  })
})
it('waits from half a second to four', () => expect([0, 1, 2, 3, 9].map(backoffMs)).toEqual([500, 1_000, 2_000, 4_000, 4_000]))
it('hands keys on at once when quiet, and at most twice a second under load', () => {
  const flush = vi.fn<(keys: ReadonlySet<string>) => void>()
  const add = coalesce(500, flush)
  for (let at = 0; at < 1_000; at += 10) {
    add(at % 20 ? 'a' : 'b')
    vi.advanceTimersByTime(10)
  }
  expect(flush.mock.calls.length).toBeLessThanOrEqual(3)
  vi.advanceTimersByTime(500)
  expect(flush.mock.calls.at(-1)?.[0]).toEqual(new Set(['a', 'b']))
})
