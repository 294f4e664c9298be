import { Component, useEffect, type ReactNode } from 'react'
import { ChunkError, forgetFailed } from '../ui/chunk'
import { Button } from '../ui/Button'
import { ErrorPanel } from '../ui/View'
import { useLivePart } from '../live/store'

const againMs = 5_000

/** Tries by itself as soon as the stream is open again, and every few seconds: a chunk may fail without the stream noticing. */
const Again = ({ error, retry }: { error: Error, retry: () => void }) => {
  const link = useLivePart(live => live.link)
  useEffect(() => {
    const timer = setTimeout(retry, againMs)
    addEventListener('online', retry)
    return () => {
      clearTimeout(timer)
      removeEventListener('online', retry)
    }
  }, [retry, link])
  return <div className="stack" style={{ padding: 20 }}><ErrorPanel error={error} retry={retry} what="this part of the page" />
    {/* A chunk of a build that was replaced meanwhile cannot be had any more. */}
    <p className="muted row">If it stays like this the program may have been replaced by a newer one. <Button small onClick={() => globalThis.location.reload()}>Load the page anew</Button></p></div>
}

/** A page that breaks must not take the shell with it. */
export class Boundary extends Component<{ at: string, children: ReactNode }, { error: Error | null, at: string }> {
  override state: { error: Error | null, at: string } = { error: null, at: this.props.at }
  static getDerivedStateFromError(error: Error) { return { error } }
  /** Another place is another try; what did not break is not built anew. */
  static getDerivedStateFromProps({ at }: { at: string }, state: { error: Error | null, at: string }) {
    if (at === state.at) return null
    if (state.error instanceof ChunkError) forgetFailed()
    return { error: null, at }
  }
  private readonly retry = () => {
    forgetFailed()
    this.setState({ error: null })
  }
  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return error instanceof ChunkError ? <Again error={error} retry={this.retry} /> : <div style={{ padding: 20 }}><ErrorPanel error={error} retry={this.retry} /></div>
  }
}
