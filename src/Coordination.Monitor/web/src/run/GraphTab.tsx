import { Background, BaseEdge, Controls, Handle, MarkerType, MiniMap, Position, ReactFlow, useStore, type Edge, type EdgeProps, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { memo, useMemo, useState } from 'react'
import type { StepView } from '../api/types'
import { Button } from '../ui/Button'
import { Glyph } from '../ui/Chip'
import { plural } from '../ui/format'
import { AgentLink } from '../ui/Linked'
import { stepMark } from '../ui/marks'
import { usePrefs } from '../ui/prefs'
import { TwinToggle } from '../ui/Twin'
import { revealedText } from '../ui/revealed'
import { Untrusted } from '../ui/Untrusted'
import { useParam } from '../ui/urlState'
import { Empty, Loading } from '../ui/View'
import { useRun } from './context'
import { download } from './download'
import { graphSvg } from './exports'
import { depths, graphModel, nodeText, routePath, worst, type GraphNode } from './graphModel'
import type { Point } from './layout.worker'
import css from './run.module.css'
import { StepDetail } from './StepDetail'
import { nodeHeight, nodeWidth, useLayout } from './useLayout'
import './flow.css'

type FlowNode = Node<{ node: GraphNode }>

const StepNode = memo(function StepNode({ data: { node }, selected }: NodeProps<FlowNode>) {
  const mark = stepMark(worst(node.steps))
  // Words that cannot be read are noise: from afar a step is its colour.
  const far = useStore(state => state.transform[2] < 0.4)
  return (
    <div className={css.node} data-tone={mark.tone} data-far={far || undefined} data-group={node.group || undefined} data-future={node.steps.every(step => step.status === 'pending' || step.status === 'skipped') || undefined} style={selected ? { outline: '2px solid var(--accent)' } : undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className={css.nodeTop}><span><Untrusted text={node.steps[0]?.stepId} line /></span>{node.group && <span>×{node.steps.length}</span>}<Glyph mark={mark} /></div>
      <div className={css.nodeSub}><Untrusted text={nodeText(node)} line /></div>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
})
type RoutedEdge = Edge<{ route: readonly Point[] }>
/** Along the way the layout found for it: a straight line would pass behind the nodes in between. */
const Routed = memo(function Routed({ sourceX, sourceY, targetX, targetY, markerEnd, data }: EdgeProps<RoutedEdge>) {
  return <BaseEdge path={routePath({ x: sourceX, y: sourceY }, data?.route ?? [], { x: targetX, y: targetY })} markerEnd={markerEnd} />
})
const edgeTypes = { routed: Routed }
const nodeTypes = { step: StepNode }
const toneVar = (node: FlowNode): string => `var(--${stepMark(worst(node.data.node.steps)).tone})`

const Tree = ({ steps, pick, picked }: { steps: readonly StepView[], pick: (id: string) => void, picked: string }) => {
  const deep = depths(steps)
  return <ul className={css.tree} aria-label="Steps, the earlier ones first" data-testid="graph-text">{steps.toSorted((a, b) => (deep.get(a.stepId) ?? 0) - (deep.get(b.stepId) ?? 0) || a.position - b.position).map(step => (
    <li key={step.stepId} style={{ paddingInlineStart: 12 + (deep.get(step.stepId) ?? 0) * 20 }} aria-current={picked === step.stepId || undefined}><Glyph mark={stepMark(step.status)} /><Button small look="quiet" className="bleed" onClick={() => pick(step.stepId)}><Untrusted text={step.stepId} line /></Button>{step.agentType !== step.stepId && <span className="truncate"><AgentLink type={step.agentType} /></span>}<span className="grow" />{step.dependsOn.length > 0 && <span className="muted truncate">after <Untrusted text={step.dependsOn.join(', ')} line /></span>}</li>
  ))}</ul>
}

export const GraphTab = () => {
  const { detail } = useRun()
  const { textTwin } = usePrefs()
  const [picked, pick] = useParam('step')
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set())
  const model = useMemo(() => graphModel(detail.steps, expanded), [detail.steps, expanded])
  const laid = useLayout(model)
  const nodes = useMemo<FlowNode[]>(() => laid === null ? [] : model.nodes.map(node => ({
    id: node.id, type: 'step', position: laid.places[node.id] ?? { x: 0, y: 0 }, data: { node }, selected: picked === node.id,
    // Both are needed for the small map when only what is seen is drawn.
    width: nodeWidth, height: nodeHeight, draggable: false, connectable: false, ariaLabel: `${revealedText(node.steps[0]?.stepId ?? '')}${node.group ? ` and ${node.steps.length - 1} like it` : ''}, ${stepMark(worst(node.steps)).word}`,
  })), [model, laid, picked])
  const edges = useMemo<RoutedEdge[]>(() => laid === null ? [] : model.edges.map(edge => ({ id: `${edge.from} ${edge.to}`, type: 'routed', source: edge.from, target: edge.to, focusable: false, ariaLabel: '', markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 }, data: { route: laid.routes[`${edge.from} ${edge.to}`] ?? [] } })), [model, laid])
  const focus = useMemo(() => {
    const urgent = model.nodes.filter(node => !/done|pending|skipped|compensated/.test(worst(node.steps)))
    // Hundreds of nodes in one view cannot be read: open on the first that failed or runs.
    return model.nodes.length > 40 && urgent.length > 0 ? urgent.slice(0, 1).map(node => ({ id: node.id })) : undefined
  }, [model])
  if (detail.steps.length === 0) return <Empty title="No step yet" icon="flow"><p>Steps appear as soon as the plan is accepted.</p></Empty>
  const step = detail.steps.find(item => item.stepId === picked)
  return <>
    <div className={css.tools}><span className="muted">{plural(detail.steps.length, 'step')}, {plural(model.edges.length, 'dependency', 'dependencies')}</span>{expanded.size > 0 && <Button small onClick={() => setExpanded(new Set())}>Fold fan-outs</Button>}<span className="grow" /><Button small icon="download" why={laid === null ? 'It is still laid out.' : null} onClick={() => laid && download(`run-${detail.run.runId}.svg`, 'image/svg+xml', graphSvg(model, laid))} data-testid="graph-svg">SVG</Button><TwinToggle diagram="graph" /></div>
    {textTwin ? <Tree steps={detail.steps} pick={pick} picked={picked} />
      : laid === null ? <Loading rows={6} label="Laying out" />
        : <div className={css.graph} data-testid="graph">
          <ReactFlow key={expanded.size} nodes={nodes} edges={edges} nodeTypes={nodeTypes} edgeTypes={edgeTypes} fitView fitViewOptions={{ maxZoom: focus ? 0.8 : 1.1, padding: 0.12, nodes: focus }} minZoom={0.05} maxZoom={1.6} nodesConnectable={false} nodesDraggable={false} onlyRenderVisibleElements={nodes.length > 150}
            onNodeClick={(_, node) => node.data.node.group ? setExpanded(new Set([...expanded, node.id])) : pick(node.id === picked ? null : node.id)} onSelectionChange={({ nodes: [only] }) => { if (only && !only.data.node.group && only.id !== picked) pick(only.id) }}>
            <Background gap={18} color="var(--line)" /><Controls showInteractive={false} /><MiniMap pannable zoomable nodeColor={toneVar} ariaLabel="Small map of the graph" style={{ width: 150, height: 96 }} />
          </ReactFlow>
        </div>}
    {step && <StepDetail step={step} />}
  </>
}
