import { describe, expect, it } from 'vitest'
import type { QueryField, RunSummary } from '../api/types'
import { addClause, fieldFor, fits, hasValue, namesDate, parseQuery, printClause, stuckClause, suggest, toggleValue, withoutClause } from './queryText'

const fields: QueryField[] = [
  { name: 'state', description: 'State of the run', example: 'state:failed', values: ['running', 'failed', 'completed'] }, { name: 'stuck', description: 'Does not move', example: 'stuck:true', values: ['true'] },
  { name: 'agent', description: 'An agent', example: 'agent:coder', values: null },
]
const run = { status: 'failed', agents: ['coder', 'critic'], name: 'code-review', requester: 'ana', reason: 'deadline' } as RunSummary

describe('text and chips are two views of one query', () => {
  it('reads fields, operators, quotes and minus', () => {
    expect(parseQuery('state:failed,expired agent:coder cost>=2 -name:x "lease timeout"').map(({ field, operator, values, negated }) => [field, operator, values, negated])).toEqual([
      ['state', ':', ['failed', 'expired'], false], ['agent', ':', ['coder'], false], ['cost', '>=', ['2'], false], ['name', ':', ['x'], true], [null, ':', ['lease timeout'], false],
    ])
  })
  it.each(['state:failed', '-agent:"a b"', 'cost>2', '"lease timeout"', 'name:"a,b",c', '"say \\"hi\\""'])('prints what it read: %s', text => {
    expect(parseQuery(text).map(printClause).join(' ')).toBe(text)
  })
  it('reads an unfinished quote as far as it goes', () => expect(parseQuery('state:failed "lease ti')[1]?.values).toEqual(['lease ti']))
  it('drops a clause and leaves the rest', () => {
    const text = 'state:failed agent:coder cost>2'
    expect(withoutClause(text, parseQuery(text)[1] ?? { start: 0, length: 0 })).toBe('state:failed cost>2')
  })
  it('joins a second value of a field to the clause that is there, and takes it out again', () => {
    expect(toggleValue('', 'state', 'failed')).toBe('state:failed')
    expect(toggleValue('state:failed cost>2', 'state', 'expired')).toBe('state:failed,expired cost>2')
    expect(toggleValue('state:failed,expired cost>2', 'state', 'failed')).toBe('state:expired cost>2')
    expect(toggleValue('state:expired cost>2', 'state', 'expired')).toBe('cost>2')
    expect(hasValue('-state:failed', 'state', 'failed')).toBe(false)
  })
  it('quotes what would be read otherwise', () => expect(toggleValue('', 'reason', 'a "b", c')).toBe('reason:"a \\"b\\", c"'))
  it('adds a clause once', () => expect(addClause(addClause('a', 'stuck:true'), 'stuck:true')).toBe('a stuck:true'))
})
describe('suggestions', () => {
  it('name fields first, then their values', () => {
    expect(suggest('st', 2, fields).items.map(item => item.text)).toEqual(['state:', 'stuck:'])
    expect(suggest('agent:x state:f', 15, fields)).toMatchObject({ from: 8, to: 15, items: [{ text: 'state:failed' }] })
    expect(suggest('state:failed,', 13, fields).items.map(item => item.text)).toEqual(['state:failed,running', 'state:failed,completed'])
    expect(suggest('-st', 3, fields).items[0]?.text).toBe('-state:')
  })
  it('offer every field at an empty place', () => expect(suggest('state:failed ', 13, fields).items).toHaveLength(3))
})
describe('names of fields come from the server', () => {
  it('takes what is there', () => {
    expect(fieldFor('status', [{ ...fields[0]!, name: 'status' }])).toBe('status')
    expect(fieldFor('status', fields)).toBe('state')
    expect(fieldFor('status', [])).toBe('status')
    expect(stuckClause(fields)).toBe('stuck:true')
    expect(stuckClause([])).toBe('is:stuck')
  })
})
it('knows which clauses have a date without a zone', () => {
  expect(['started:2026-11-01', 'ended:>2026-11-01T10:30', 'started:>-2h', 'started:2026-11-01T10:30+02:00', 'name:2026-11-01'].map(namesDate)).toEqual([true, true, false, false, false])
})
describe('state and status are one field', () => {
  it('in what is chosen beside the text', () => {
    expect(hasValue('state:failed', 'status', 'failed')).toBe(true)
    expect(toggleValue('state:failed', 'status', 'expired')).toBe('state:failed,expired')
  })
})
describe('whether a changed run still fits', () => {
  it('reads the words of the badge, in any case', () => {
    const waits = { ...run, status: 'running', waitKind: 'ballot' } as RunSummary
    expect(fits(waits, parseQuery('status:voting'))).toBe(true)
    expect(fits(waits, parseQuery('status:"Waits for person"'))).toBe(false)
    expect(fits({ ...waits, inDoubt: true }, parseQuery('status:"in doubt"'))).toBe(true)
    expect(fits(run, parseQuery('name:CODE-review'))).toBe(true)
  })
  it('knows what it can and says when it cannot', () => {
    expect(fits(run, parseQuery('state:failed agent:coder'))).toBe(true)
    expect(fits(run, parseQuery('state:running'))).toBe(false)
    expect(fits(run, parseQuery('-state:failed'))).toBe(false)
    expect(fits(run, parseQuery('state:failed cost>2'))).toBe(null)
    expect(fits(run, [])).toBe(true)
  })
})
