import type { QueryClause, QueryField, RunSummary } from '../api/types'

type Operator = QueryClause['operator']
const operators: readonly Operator[] = ['>=', '<=', ':', '>', '<']

/** Ends of the words outside of quotes. */
const words = (text: string): { start: number, text: string }[] => {
  const found: { start: number, text: string }[] = []
  const pattern = /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g
  for (const match of text.matchAll(pattern)) found.push({ start: match.index, text: match[0] })
  return found
}
const unquote = (text: string): string => text.startsWith('"') ? text.slice(1).replace(/"$/, '').replaceAll(/\\(.)/g, '$1') : text
const quote = (value: string): string => value === '' || /[\s",:<>\\]|^-/.test(value) ? `"${value.replaceAll(/(["\\])/g, '\\$1')}"` : value
const splitValues = (text: string): string[] => [...text.matchAll(/"(?:[^"\\]|\\.)*"?|[^,"]+/g)].map(match => unquote(match[0]))

/** The same clauses the server reads, found here so that chips follow every key stroke; the server's word on errors comes after. */
export const parseQuery = (text: string): QueryClause[] => words(text).map(({ start, text: word }) => {
  const negated = word.startsWith('-') && word.length > 1
  const body = negated ? word.slice(1) : word
  const field = /^[a-z][a-z0-9.-]*(?=[:<>])/i.exec(body)?.[0] ?? null
  const rest = field === null ? body : body.slice(field.length)
  const operator = field === null ? ':' : operators.find(item => rest.startsWith(item)) ?? ':'
  return { start, length: word.length, text: word, field, operator, values: field === null ? [unquote(body)] : splitValues(rest.slice(operator.length)), negated }
})

export const printClause = ({ field, operator, values, negated }: Pick<QueryClause, 'field' | 'operator' | 'values' | 'negated'>): string =>
  `${negated ? '-' : ''}${field === null ? '' : `${field}${operator}`}${values.map(quote).join(',')}`

const tidy = (text: string): string => text.replaceAll(/ {2,}/g, ' ').trim()
export const withoutClause = (text: string, clause: Pick<QueryClause, 'start' | 'length'>): string => tidy(text.slice(0, clause.start) + text.slice(clause.start + clause.length))
const replaceClause = (text: string, clause: QueryClause, next: string): string => tidy(text.slice(0, clause.start) + next + text.slice(clause.start + clause.length))

/** A field has the names of the columns, too, as on the server. */
const ownName = (field: string): string => ({ state: 'status', about: 'scope', took: 'duration' } as Record<string, string>)[field.toLowerCase()] ?? field.toLowerCase()
const same = (clause: QueryClause, field: string): boolean => clause.field !== null && ownName(clause.field) === ownName(field) && clause.operator === ':' && !clause.negated
export const hasValue = (text: string, field: string, value: string): boolean => parseQuery(text).some(clause => same(clause, field) && clause.values.includes(value))

/** Several values of one field are alternatives, so a second facet of it joins the clause that is there. */
export const toggleValue = (text: string, field: string, value: string): string => {
  const clause = parseQuery(text).find(item => same(item, field))
  if (!clause) return tidy(`${text} ${printClause({ field, operator: ':', values: [value], negated: false })}`)
  const values = clause.values.includes(value) ? clause.values.filter(item => item !== value) : [...clause.values, value]
  return values.length === 0 ? withoutClause(text, clause) : replaceClause(text, clause, printClause({ ...clause, values }))
}
export const addClause = (text: string, clause: string): string => parseQuery(text).some(item => item.text === clause) ? text : tidy(`${text} ${clause}`)

/** What may be meant by the word at the caret: names of fields, then values of the field. */
export const suggest = (text: string, caret: number, fields: readonly QueryField[]): { from: number, to: number, items: { text: string, description: string }[] } => {
  const word = words(text).find(item => caret >= item.start && caret <= item.start + item.text.length)
  const typed = word ? word.text.slice(0, caret - word.start) : ''
  const from = word?.start ?? caret
  const to = word ? word.start + word.text.length : caret
  const minus = typed.startsWith('-') ? '-' : ''
  const body = typed.slice(minus.length)
  const [, name, operator, values] = /^([a-z][a-z0-9.-]*)(:|>=|<=|>|<)(.*)$/i.exec(body) ?? []
  if (name === undefined) {
    const items = fields.filter(field => field.name.toLowerCase().startsWith(body.toLowerCase())).map(field => ({ text: `${minus}${field.name}:`, description: `${field.description}, as in ${field.example}` }))
    return { from, to, items }
  }
  const known = fields.find(field => field.name.toLowerCase() === name.toLowerCase())?.values ?? []
  const before = (values ?? '').split(',').slice(0, -1)
  const last = (values ?? '').split(',').at(-1) ?? ''
  return { from, to, items: known.filter(value => value.toLowerCase().startsWith(last.toLowerCase()) && value !== last && !before.includes(value)).map(value => ({ text: `${minus}${name}${operator}${[...before, quote(value)].join(',')}`, description: '' })) }
}

/** Whether it names a day or a moment without a zone: the server takes those for UTC. */
export const namesDate = (text: string): boolean => parseQuery(text).some(({ field, values }) => field !== null && /^(started|ended|updated)$/i.test(field) && values.some(value => /\d{4}-\d\d-\d\d(?!.*(Z|[+-]\d\d:\d\d)$)/i.test(value)))

/** The server names its fields; these are the names tried for what this page needs, the usual one first. */
const aliases = { status: ['status', 'state'], agent: ['agent', 'agents'], name: ['name', 'run', 'kind'], reason: ['reason'], requester: ['requester', 'by'] } as const
export type Wanted = keyof typeof aliases
export const fieldFor = (wanted: Wanted, fields: readonly QueryField[] = []): string => aliases[wanted].find(name => fields.some(field => field.name === name)) ?? aliases[wanted][0]
export const stuckClause = (fields: readonly QueryField[] = []): string => {
  const field = fields.find(item => item.name === 'stuck') ?? fields.find(item => item.name === 'is')
  return field?.name === 'stuck' && field.example.startsWith('stuck') ? field.example : field?.name === 'stuck' ? 'stuck:true' : 'is:stuck'
}

/** What `status` may say of a run: how it is stored, and the words its badge may show. */
const statusWords = (run: RunSummary): string[] => {
  const still = run.waitKind === 'ballot' ? 'voting' : run.waitKind === 'person' ? 'waits-for-person' : run.waitKind === 'retry' ? 'retrying' : null
  return [run.status, ...still ? [still, 'waiting'] : [], ...run.stuck ? ['stuck'] : [], ...run.inDoubt ? ['in-doubt'] : []]
}
const plainStatus = (value: string): string => value.trim().toLowerCase().replaceAll(/[ _]/g, '-').replace(/^indoubt$/, 'in-doubt')

/** Whether a changed run still fits; null where only the server can say. */
export const fits = (run: RunSummary, clauses: readonly QueryClause[]): boolean | null => {
  const wanted = (field: string): readonly string[] | null => {
    const name = ownName(field)
    const is = (key: Wanted) => (aliases[key] as readonly string[]).includes(name)
    return is('status') ? statusWords(run) : is('agent') ? run.agents : is('name') ? [run.name] : is('requester') ? [run.requester] : is('reason') ? [run.reason ?? ''] : null
  }
  let sure = true
  for (const clause of clauses) {
    const held = clause.field === null || clause.operator !== ':' || clause.values.some(value => value.includes('*')) ? null : wanted(clause.field)?.map(value => value.toLowerCase()) ?? null
    const asked = clause.field !== null && ownName(clause.field) === 'status' ? clause.values.map(plainStatus) : clause.values.map(value => value.toLowerCase())
    if (held === null) sure = false
    else if (asked.some(value => held.includes(value)) === clause.negated) return false
  }
  return sure ? true : null
}
