import { useDeferredValue } from 'react'
import { useApi } from '../api/queries'
import type { VoterPage, VoterRow } from '../api/types'
import control from '../ui/control.module.css'
import { decimal, percent } from '../ui/format'
import { Page } from '../ui/Page'
import { usePrefs } from '../ui/prefs'
import { revealedText } from '../ui/revealed'
import { Table } from '../ui/Table'
import { TwinToggle } from '../ui/Twin'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, View } from '../ui/View'
import css from './ballots.module.css'
import { Meter } from './VotesTable'

const [width, height, left, bottom] = [560, 220, 44, 30]
/** How often right against how honest about it: up and to the left is where a voter should be. */
const Plot = ({ rows }: { rows: readonly VoterRow[] }) => {
  const x = (brier: number) => left + Math.min(0.5, brier) / 0.5 * (width - left - 12)
  const y = (share: number) => 10 + (1 - share) * (height - 10 - bottom)
  const most = Math.max(1, ...rows.map(row => row.judged))
  return <svg className={css.plot} viewBox={`0 0 ${width} ${height}`} width={width} height={height} style={{ maxWidth: '100%' }} role="img" aria-label="Share of right votes against Brier score; the table has the same numbers">
    {[0, 0.25, 0.5, 0.75, 1].map(share => <g key={share}><line x1={left} x2={width - 12} y1={y(share)} y2={y(share)} stroke="var(--line)" /><text x={left - 6} y={y(share) + 4} textAnchor="end">{percent(share)}</text></g>)}
    {[0, 0.1, 0.2, 0.3, 0.4, 0.5].map(brier => <text key={brier} x={x(brier)} y={height - 12} textAnchor="middle">{brier.toFixed(1)}</text>)}
    <line x1={x(0.25)} x2={x(0.25)} y1={10} y2={height - bottom} stroke="var(--control)" strokeDasharray="3 4" /><text x={x(0.25) + 5} y={20}>guessing</text><text x={left + 6} y={height - bottom - 6}>share that was right, against Brier</text>
    {rows.filter(row => row.judged > 0).map(row => <circle key={`${row.tenant} ${row.voter} ${row.domain}`} className={css.dot} cx={x(row.brier)} cy={y(row.correct / row.judged)} r={4 + 6 * Math.sqrt(row.judged / most)} fillOpacity={0.75}><title>{`${revealedText(row.voter)} in ${revealedText(row.domain)}: ${row.correct} of ${row.judged} right, Brier ${decimal(row.brier)}`}</title></circle>)}
  </svg>
}
export const VotersPage = (_: { params: Record<string, string | undefined> }) => {
  const query = useApi<VoterPage>('ballots', '/voters')
  const { textTwin } = usePrefs()
  const [find, setFind] = useParam('find')
  const wanted = useDeferredValue(find.toLowerCase())
  return (
    <Page title="Calibration of voters" crumbs={[{ href: '/consensus', text: 'Consensus' }]} note="How far a voter's confidence can be believed" actions={<TwinToggle diagram="plot" />}>
      <View query={query} what="the voters">{data => {
        const rows = data.rows.filter(row => `${row.voter} ${row.domain} ${row.tenant}`.toLowerCase().includes(wanted)).toSorted((a, b) => a.brier - b.brier)
        return data.rows.length === 0 ? <Empty icon="vote" title="No vote was judged yet"><p>Report what turned out right on a decided ballot, and its voters appear here.</p></Empty> : <div className="stack">
          {!textTwin && <Plot rows={rows} />}
          <p className="muted">Brier: the mean square of confidence against what happened. 0 is perfect, 0.25 is guessing; larger circles were judged more often.</p>
          <input type="search" className={control.input} style={{ width: 240 }} aria-label="Find voters" placeholder="Find voters…" value={find} onChange={event => setFind(event.target.value)} />
          <Table label="Voters" testId="voters" rows={rows} id={row => `${row.tenant} ${row.voter} ${row.domain}`} copy={row => row.voter} columns={[{ key: 'voter', head: 'Voter', cell: row => <Untrusted text={row.voter} line /> }, { key: 'domain', head: 'Domain', cell: row => <Untrusted text={row.domain} line /> }, { key: 'tenant', head: 'Tenant', cell: row => <Untrusted text={row.tenant} line /> }, { key: 'judged', head: 'Judged', align: 'end', cell: row => row.judged }, { key: 'right', head: 'Right', wide: true, cell: row => <Meter value={row.judged === 0 ? 0 : row.correct / row.judged} /> }, { key: 'brier', head: 'Brier', align: 'end', cell: row => decimal(row.brier) }]} />
        </div>
      }}</View>
    </Page>
  )
}
