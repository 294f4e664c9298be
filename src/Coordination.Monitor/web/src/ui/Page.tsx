import { useEffect, type ReactNode } from 'react'
import { Link } from 'wouter'
import { Icon } from './Icon'
import css from './page.module.css'

export const useTitle = (title: string): void => useEffect(() => { document.title = `${title} · Coordination` }, [title])

interface Props { title: string, /** Where the words are a stranger's. */ heading?: ReactNode, crumbs?: readonly { href: string, text: string }[], note?: ReactNode, actions?: ReactNode, children: ReactNode, flush?: boolean }

export const Page = ({ title, heading, crumbs, note, actions, children, flush = false }: Props) => {
  useTitle(title)
  return (
    <div className={`${css.page} ${flush ? css.flush : ''}`}>
      <header className={css.head}>
        {crumbs && <nav aria-label="Breadcrumb" className={css.crumbs}>{crumbs.map((crumb, index) => <span key={crumb.href}>{index > 0 && <Icon name="chevron" size={10} />}<Link href={crumb.href}>{crumb.text}</Link></span>)}</nav>}
        <div className={css.line}><h1 className={css.title}>{heading ?? title}</h1><div className={css.note}>{note}</div><div className={css.actions}>{actions}</div></div>
      </header>
      {children}
    </div>
  )
}
export const Section = ({ title, note, actions, children, id }: { title: ReactNode, note?: ReactNode, actions?: ReactNode, children: ReactNode, id?: string }) => (
  <section className={css.section} aria-labelledby={id} data-testid={id}>
    <div className={css.sectionHead}><h2 id={id}>{title}</h2>{note && <span className="muted">{note}</span>}<span className="grow" />{actions}</div>
    {children}
  </section>
)
export const Facts = ({ items }: { items: readonly (readonly [string, ReactNode] | null | false)[] }) => (
  <dl className={css.facts}>{items.filter(item => !!item).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
)
export const Panel = ({ children, tone, testId }: { children: ReactNode, tone?: string, testId?: string }) => <div className={css.panel} data-tone={tone} data-testid={testId}>{children}</div>
