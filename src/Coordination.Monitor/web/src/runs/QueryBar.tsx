import { useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { queryString } from '../api/client'
import { still, useApi } from '../api/queries'
import type { ParsedQuery, QueryProblem } from '../api/types'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Untrusted } from '../ui/Untrusted'
import { offset } from '../ui/format'
import { usePrefs } from '../ui/prefs'
import { namesDate, parseQuery, suggest, withoutClause } from './queryText'
import css from './runs.module.css'

export const useParsed = (q: string) => useApi<ParsedQuery>(still, `/query/parse${queryString({ q })}`, { keep: true, staleTime: 5 * 60_000 })

const Problem = ({ problem, text, fix }: { problem: QueryProblem, text: string, fix: (text: string) => void }) => (
  <div className={css.problem} role="alert"><Icon name="warn" /><span><Untrusted text={problem.message} /></span>
    {problem.suggestion !== null && <Button small onClick={() => fix(text.slice(0, problem.start) + problem.suggestion + text.slice(problem.start + problem.length))}>Use {problem.suggestion}</Button>}
    <Button small onClick={() => fix(withoutClause(text, problem))}>Drop it</Button></div>
)

/** Text and chips are two views of one query: what is typed is shown as chips, and a dropped chip leaves the text. */
export const QueryBar = ({ q, commit, problems }: { q: string, commit: (q: string) => void, problems: readonly QueryProblem[] }) => {
  const [text, setText] = useState(q)
  const [caret, setCaret] = useState(0)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const listId = useId()
  const committed = useRef(q)
  // A link, a facet or the back button changed it, not this field.
  useEffect(() => {
    if (q === committed.current) return
    committed.current = q
    setText(q)
  }, [q])
  const parsed = useParsed(q)
  const fields = parsed.data?.fields ?? []
  const suggestions = suggest(text, caret, fields)
  const items = suggestions.items.slice(0, 12)
  const shown = open && items.length > 0

  const put = (next: string, now: boolean) => {
    setText(next)
    clearTimeout(timer.current)
    const send = () => {
      committed.current = next.trim()
      commit(next.trim())
    }
    if (now) send()
    else timer.current = setTimeout(send, 350)
  }
  const take = (index: number) => {
    const item = items[index]
    if (!item) return
    const more = item.text.endsWith(':')
    const next = `${text.slice(0, suggestions.from)}${item.text}${more ? '' : ' '}${text.slice(suggestions.to).trimStart()}`
    const end = suggestions.from + item.text.length + (more ? 0 : 1)
    // The caret must stand right before the next key is typed.
    flushSync(() => {
      put(next, !more)
      setAt(-1)
      setOpen(more)
      setCaret(end)
    })
    input.current?.setSelectionRange(end, end)
  }
  const clauses = parseQuery(text)
  const { zone } = usePrefs()
  const [local] = useState(() => offset(new Date().getTimezoneOffset()))
  const bad = q === text.trim() ? (problems.length > 0 ? problems : parsed.data?.problems ?? []) : []
  return <>
    <div className={css.bar}>
      <div className={css.field}>
        <Icon name="search" />
        <input ref={input} type="search" role="combobox" aria-label="Query of runs" aria-expanded={shown} aria-controls={listId} aria-autocomplete="list" aria-activedescendant={shown && at >= 0 ? `${listId}-${at}` : undefined} aria-invalid={bad.length > 0 || undefined}
          autoComplete="off" spellCheck={false} placeholder='Words, an id, or status:failed cost>2 started:>-2h' value={text} data-testid="query" onChange={event => {
            put(event.target.value, false)
            setCaret(event.target.selectionStart ?? 0)
            setOpen(true)
            setAt(-1)
          }} onSelect={event => setCaret(event.currentTarget.selectionStart ?? 0)} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={event => {
            if (event.key === 'ArrowDown' && items.length > 0) {
              setOpen(true)
              setAt((at + 1) % items.length)
            } else if (event.key === 'ArrowUp' && shown) setAt(at <= 0 ? items.length - 1 : at - 1)
            else if (event.key === 'Enter' && shown && at >= 0) take(at)
            else if (event.key === 'Enter') {
              put(text, true)
              setOpen(false)
            } else if (event.key === 'Escape' && shown) setOpen(false)
            else return
            event.preventDefault()
          }} />
        <div id={listId} role="listbox" aria-label="Suggestions" className={css.suggestions} hidden={!shown}>
          {/* The field keeps the focus and names the current option; its keys choose. */}
          {shown && items.map((item, index) => <div key={item.text} id={`${listId}-${index}`} role="option" tabIndex={-1} aria-selected={index === at} className={css.suggestion} onPointerDown={event => {
            event.preventDefault()
            take(index)
          }}><code>{item.text}</code><span className="muted truncate">{item.description}</span></div>)}
        </div>
      </div>
      {text !== '' && <Button look="quiet" icon="cross" onClick={() => put('', true)}>Clear</Button>}
    </div>
    {clauses.length > 0 && <div className={css.chips} role="group" aria-label="Clauses of the query" data-testid="chips">
      {clauses.map(clause => <span key={clause.start} className={css.clause} data-bad={bad.some(problem => problem.start < clause.start + clause.length && clause.start < problem.start + Math.max(1, problem.length)) || undefined}>
        <span className="truncate">{clause.text}</span><button type="button" aria-label={`Drop ${clause.text}`} onClick={() => put(withoutClause(text, clause), true)}><Icon name="cross" size={10} /></button></span>)}
    </div>}
    {/* Only where the two differ. */}
    {zone === 'local' && local !== 'UTC' && namesDate(text) && <p className="muted">Dates in a query are in UTC unless they say otherwise; this page shows times in {local}.</p>}
    {bad.map(problem => <Problem key={problem.start} problem={problem} text={q} fix={next => put(next, true)} />)}
  </>
}
