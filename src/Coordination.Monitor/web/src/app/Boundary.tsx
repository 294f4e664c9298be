import { Component, type ReactNode } from 'react'
import { ErrorPanel } from '../ui/View'

/** A page that breaks must not take the shell with it. */
export class Boundary extends Component<{ at: string, children: ReactNode }, { error: Error | null, at: string }> {
  override state: { error: Error | null, at: string } = { error: null, at: this.props.at }
  static getDerivedStateFromError(error: Error) { return { error } }
  /** Another place is another try; what did not break is not built anew. */
  static getDerivedStateFromProps({ at }: { at: string }, state: { at: string }) { return at === state.at ? null : { error: null, at } }
  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    // A chunk of a build that was replaced meanwhile cannot be had any more: load the page anew.
    return <div style={{ padding: 20 }}><ErrorPanel error={error} retry={() => /import|module|chunk/i.test(error.message) ? globalThis.location.reload() : this.setState({ error: null })} /></div>
  }
}
