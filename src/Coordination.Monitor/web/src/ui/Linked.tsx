import { Link } from 'wouter'
import { waitText } from './format'
import { agentPage, placeOf } from './named'
import { Untrusted } from './Untrusted'

export const AgentLink = ({ type }: { type: string }) => <Link href={agentPage(type)}><Untrusted text={type} line /></Link>
export const AgentLinks = ({ types }: { types: readonly string[] }) => types.map((type, index) => <span key={type}>{index > 0 && ', '}<AgentLink type={type} /></span>)

interface Props { text: string | null | undefined, /** Of a wait: names of earlier steps are their author's words. */ kind?: string | null, /** Said instead of it. */ words?: string, line?: boolean, max?: number, none?: string }

/** A text of the server that may name something which has a page: then it leads there. */
export const Linked = ({ text, kind, words = text ?? '', line, max, none }: Props) => {
  const place = text && kind !== 'earlier-steps' ? placeOf(text) : null
  // In a link always one line: what shows more of a text is a button.
  return place ? <Link href={place.href}><Untrusted text={words} line /></Link> : <Untrusted text={words} line={line} max={max} none={none} />
}

/** What is waited for, by the words a person reads. */
export const Awaited = ({ text, ...rest }: Omit<Props, 'words'> & { text: string }) => <Linked text={text} words={waitText(text)} {...rest} />
