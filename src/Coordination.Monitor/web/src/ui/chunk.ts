import { createElement, use, type ComponentType } from 'react'

/** A part of the program could not be fetched: the connection was lost, or the build it belongs to was replaced. */
export class ChunkError extends Error {
  constructor(cause: unknown) {
    super('This part of the page could not be fetched. It is tried again by itself as soon as the connection is back.', { cause })
  }
}

const failed = new Set<() => void>()
/** Style sheets of chunks that could not be fetched: the loader adds each only once. */
const unstyled = new Set<HTMLLinkElement>()
if (typeof addEventListener === 'function') addEventListener('error', event => {
  if (event.target instanceof HTMLLinkElement && event.target.rel === 'stylesheet') unstyled.add(event.target)
}, true)

/** What failed is fetched anew when it is shown next. Only then: a part that fails must not be fetched in a circle. */
export const forgetFailed = (): void => {
  for (const link of unstyled) link.replaceWith(link.cloneNode())
  unstyled.clear()
  for (const forget of failed) forget()
  failed.clear()
}

/** Fetches once, and once more after every failure that was forgotten. */
export const once = <T,>(load: () => Promise<T>): () => Promise<T> => {
  let kept: Promise<T> | null = null
  return () => kept ??= load().catch((error: unknown) => {
    failed.add(() => { kept = null })
    throw new ChunkError(error)
  })
}

/** A component in a chunk of its own. Unlike `lazy` it does not keep a failure for good. */
export const chunk = <P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> => {
  const get = once(load)
  return function Chunk(props: P) { return createElement(use(get()), props) }
}
