import { CopyButton } from '../ui/Copy'
import { revealedText } from '../ui/revealed'
import css from './operations.module.css'

/** The same on the command line, for scripts and for the record. */
export const CommandLine = ({ text }: { text: string }) => (
  <div className={css.command}><span className="muted">On the command line</span><div className={css.commandLine}><code>{revealedText(text)}</code><CopyButton text={text} what="the command line" /></div></div>
)
