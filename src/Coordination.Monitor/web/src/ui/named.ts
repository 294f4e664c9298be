const uuid = '[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}'
const forms: readonly (readonly [form: RegExp, what: string, href: (name: string) => string])[] = [
  [new RegExp(`^ballot (${uuid})$`, 'i'), 'ballot', id => `/consensus/${id}`],
  [new RegExp(`^operation (${uuid})$`, 'i'), 'operation', id => `/operations/${id}`],
  [/^dead[ -]letter[ /](\d+)(?: \(.*\))?$/s, 'dead letter', id => `/dead-letters/m/${id}`],
  [/^agent (.+)$/s, 'agent', type => agentPage(type)],
]

// Half a character has no place in an address.
export const agentPage = (type: string): string => `/agents/${encodeURIComponent(type.replaceAll(/\p{Surrogate}/gu, '\ufffd'))}`

/** The page of what the server names with `ballot 0199…`, `agent coder`, `dead letter 7 (step.execute.v1)`. Only whole texts count: a question may say such words, too. */
export const placeOf = (text: string): { what: string, href: string } | null => {
  for (const [form, what, href] of forms) {
    const name = form.exec(text)?.[1]
    if (name !== undefined) return { what, href: href(name) }
  }
  return null
}
