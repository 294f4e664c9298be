import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { queryString } from '../api/client'
import { still, useApi } from '../api/queries'
import type { Resolved } from '../api/types'
import { Page } from '../ui/Page'
import { View } from '../ui/View'

/** Links from logs and traces end here and go on to what they mean. */
export const Resolve = ({ params }: { params: Record<string, string | undefined> }) => {
  const [, navigate] = useLocation()
  const query = useApi<Resolved>(still, `/resolve${queryString({ message: params.message, trace: params.trace, correlation: params.correlation })}`)
  const href = query.data?.href
  useEffect(() => { if (href) navigate(href, { replace: true }) }, [href, navigate])
  return <Page title="Looking it up"><View query={query} what="where this leads">{() => <p>One moment.</p>}</View></Page>
}
