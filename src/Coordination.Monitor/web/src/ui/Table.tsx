// Roles the elements have anyway: some browsers forget them when rows become blocks in a narrow window.
/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
import type { ReactNode } from 'react'
import css from './table.module.css'

export interface Column<T> { key: string, head: ReactNode, /** What the column says, where its name alone does not. */ hint?: string, cell: (row: T) => ReactNode, align?: 'end', /** Takes what is left. */ wide?: boolean, nowrap?: boolean }
interface Props<T> { rows: readonly T[], columns: readonly Column<T>[], id: (row: T) => string | number, label: string, tone?: (row: T) => string | undefined, selected?: (row: T) => boolean, /** What `c` copies while the row has the focus. */ copy?: (row: T) => string, testId?: string }

/** Columns of marks and times take what they need and no more. */
const fits = <T,>(column: Column<T>): boolean => column.nowrap === true || /^(state|status|select|act|at|kind)$/.test(column.key)

/** For lists of hundreds; the list of runs, which may have a hundred thousand, has a grid of its own. In a narrow window a row becomes a block, each cell with its column's name. */
export const Table = <T,>({ rows, columns, id, label, tone, selected, copy, testId }: Props<T>) => (
  // What scrolls sideways must be reachable by keyboard.
  <div className={css.scroll} tabIndex={0} role="group" aria-label={label}>
    <table className={css.table} data-testid={testId} role="table">
      <thead role="rowgroup"><tr role="row">{columns.map(column => <th key={column.key} scope="col" title={column.hint} role="columnheader" className={`${column.align === 'end' ? css.end : ''} ${column.wide ? css.wide : ''} ${fits(column) ? css.fit : ''}`}>{column.head}</th>)}</tr></thead>
      <tbody role="rowgroup">{rows.map(row => (
        <tr key={id(row)} role="row" data-tone={tone?.(row)} data-copy={copy?.(row)} aria-current={selected?.(row) ? 'true' : undefined}>
          {columns.map(column => <td key={column.key} role="cell" data-label={typeof column.head === 'string' ? column.head : undefined} className={`${column.align === 'end' ? css.end : ''} ${column.nowrap ? css.nowrap : ''} ${column.wide ? css.wide : ''}`}>{column.cell(row)}</td>)}
        </tr>
      ))}</tbody>
    </table>
  </div>
)
