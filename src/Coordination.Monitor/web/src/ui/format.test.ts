import { describe, expect, it } from 'vitest'
import { age, bytes, clockTime, compact, dateTime, duration, exactTime, money, offset, plural, shortId, waitText } from './format'

describe('short forms', () => {
  it.each([[0, '0 ms'], [120, '120 ms'], [3_410, '3.4 s'], [9_960, '10 s'], [42_000, '42 s'], [60_000, '1 m'], [192_000, '3 m 12 s'], [7_800_000, '2 h 10 m'], [90_000_000, '1 d 1 h'], [-1_500, '−1.5 s']])('%d ms lasts %s', (ms, text) => expect(duration(ms)).toBe(text))
  it.each([[400, 'now'], [12_000, '12 s'], [119_000, '1 m'], [7_300_000, '2 h'], [-5_000, 'now']])('%d ms is %s old', (ms, text) => expect(age(ms)).toBe(text))
  it.each([[999, '999'], [1_240, '1.2k'], [193_368, '193k'], [999_600, '1.0M'], [12_000_000, '12M']])('%d is %s', (n, text) => expect(compact(n)).toBe(text))
  it.each([[0, '$0.00'], [9_450_000, '$9.45'], [4_100, '$0.0041'], [1_234_560_000, '$1,234.56']])('%d micro-dollars are %s', (n, text) => expect(money(n)).toBe(text))
  it('shows times in the zone asked for', () => {
    expect(dateTime('2026-11-27T09:05:07.120Z', 'utc')).toBe('2026-11-27 09:05:07 UTC')
    expect(clockTime('2026-11-27T09:05:07.120Z', 'utc', true)).toBe('09:05:07.120')
  })
  it('names the zone of an exact time', () => {
    expect([0, -60, 210].map(offset)).toEqual(['UTC', 'UTC+01:00', 'UTC−03:30'])
    expect(exactTime('2026-11-27T09:05:07.120Z', 'utc')).toBe('2026-11-27 09:05:07.120 UTC')
    expect(exactTime('2026-11-27T09:05:07.120Z', 'local')).toMatch(/ UTC([+−]\d\d:\d\d)?$/)
  })
  it('shortens ids in the middle', () => expect(shortId('0199e9eb-1111-7222-a333-444455559a43')).toBe('0199e9eb…9a43'))
  it('says what is waited for without names of programs', () => {
    expect(waitText("an answer to 'effect:M5Y44:1': Did transfer@1 happen?")).toBe('Did transfer@1 happen?')
    expect(waitText('ballot 45cb36a4-b4ed-1468-afa5-31fae45c61c6')).toBe('ballot 45cb36a4…61c6')
  })
  it('counts', () => expect([plural(1, 'run'), plural(1_204, 'run'), plural(2, 'person', 'people'), bytes(214), bytes(2_048)]).toEqual(['1 run', '1,204 runs', '2 people', '214 B', '2.0 KB']))
})
