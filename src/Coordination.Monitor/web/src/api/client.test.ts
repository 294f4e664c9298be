import { expect, it } from 'vitest'
import { queryString } from './client'

it('leaves out what is empty and asks for no control character', () => {
  expect(queryString({ q: 'a\u0000b\u001b[0m', sort: '', after: null, limit: 200 })).toBe('?q=a+b+%5B0m&limit=200')
})
