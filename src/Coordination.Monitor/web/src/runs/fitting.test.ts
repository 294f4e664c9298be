import { describe, expect, it } from 'vitest'
import { fitting, leastWidth } from './fitting'

const columns = [
  { key: 'state', width: '142px', worth: 9 }, { key: 'run', width: 'minmax(180px, 1fr)', worth: 9 }, { key: 'about', width: 'minmax(130px, 1fr)', worth: 8 },
  { key: 'tokens', width: '64px', worth: 1 }, { key: 'cost', width: '70px', worth: 4 }, { key: 'same', width: '50px', worth: 4 },
]
const keys = (width: number) => fitting(columns, width).map(column => column.key)

describe('columns that do not fit leave the list', () => {
  it('are all there where there is room, or before the room is known', () => {
    expect(keys(leastWidth(columns))).toHaveLength(6)
    expect(keys(0)).toHaveLength(6)
  })
  it('leave in the order of their worth, of equals the last first', () => {
    expect(keys(leastWidth(columns) - 1)).toEqual(['state', 'run', 'about', 'cost', 'same'])
    expect(keys(leastWidth(columns) - 65)).toEqual(['state', 'run', 'about', 'cost'])
  })
  it('keep what a row cannot be told apart without, and let the list scroll', () => expect(keys(200)).toEqual(['state', 'run']))
})
