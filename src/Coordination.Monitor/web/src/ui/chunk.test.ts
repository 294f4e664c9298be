import { expect, it } from 'vitest'
import { ChunkError, forgetFailed, once } from './chunk'

it('fetches a part again once its failure is forgotten, and not before', async () => {
  let tries = 0
  const get = once(() => ++tries < 3 ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve('here'))
  await expect(get()).rejects.toBeInstanceOf(ChunkError)
  await expect(get()).rejects.toBeInstanceOf(ChunkError)
  expect(tries).toBe(1)
  forgetFailed()
  await expect(get()).rejects.toBeInstanceOf(ChunkError)
  forgetFailed()
  expect(await get()).toBe('here')
  forgetFailed()
  expect([await get(), tries]).toEqual(['here', 3])
})
