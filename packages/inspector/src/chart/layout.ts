/** Places a chart. elkjs lays it out, and is loaded when it is first needed; nothing else knows of it. */
import { RefoldError } from '@refold/core/record'
import { fromGiven } from '@refold/core/store'
import type { ELK } from 'elkjs'
import { rowsOf } from './chart-model.js'
import type { Chart, ChartState } from './chart-model.js'
import type { GraphEdge, GraphNode } from './graph.js'
import type { Box, PlacedChart, PlacedEdge, PlacedState, Point } from './placed-chart.js'
import { linesOf, textWidth } from './text-size.js'

export type { Box, PlacedChart, PlacedEdge, PlacedState, Point } from './placed-chart.js'

export const ROW_HEIGHT = 16
export const HEAD_HEIGHT = 30
export const LABEL_HEIGHT = 14
export const START_SIZE = 10
const SIDE = 14
/** Of its letters to those of states. */
const LABEL_SCALE = 0.92

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '36',
  'elk.layered.spacing.nodeNodeBetweenLayers': '44',
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST', // what is entered first stands above
}

/** What lays a graph out: elkjs, here or in another thread. */
export type LayOut = (graph: GraphNode) => Promise<GraphNode>

/** Throws `INVALID_INPUT` where elkjs is not installed. */
export async function placeChart(chart: Chart, layOut: LayOut = layOutHere): Promise<PlacedChart> {
  const graph = fromGiven('placeChart', () => ({
    id: '',
    layoutOptions: OPTIONS,
    children: [nodeOf(chart.root)],
    edges: edgesOf(chart),
  }))
  return placed(chart, await layOut(graph))
}

async function layOutHere(graph: GraphNode): Promise<GraphNode> {
  return (await loadElk()).layout(graph)
}

async function loadElk(): Promise<ELK> {
  try {
    const { default: Elk } = await import('elkjs/lib/elk.bundled.js')
    return new Elk.default()
  } catch (cause) {
    throw noElk(cause)
  }
}

export function noElk(cause: unknown): RefoldError {
  return new RefoldError('INVALID_INPUT', 'a drawn chart needs the package elkjs, which is not installed', {
    cause,
    hint: 'npm install elkjs. `refold chart --format mermaid` draws without it.',
  })
}

function nodeOf(state: ChartState): GraphNode {
  const { id, key, children, initial, type } = state
  const rows = rowsOf(state)
  const head = HEAD_HEIGHT + rows.length * ROW_HEIGHT
  const width = Math.max(48, ...[key, ...rows].map((text) => textWidth(text) + 2 * SIDE))
  if (type === 'history') return { id: named(id), width: 30, height: 30 }
  if (children.length === 0) return { id: named(id), width, height: head + (rows.length > 0 ? 6 : 2) }
  const start = initial === undefined ? [] : [{ id: startOf(id), width: START_SIZE, height: START_SIZE }]
  return {
    id: named(id),
    layoutOptions: {
      ...OPTIONS, // a box takes none from the one around it
      'elk.padding': `[top=${head + 16},left=22,bottom=22,right=22]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${head + 30})`,
    },
    children: [...start, ...children.map(nodeOf)],
  }
}

function edgesOf({ root, edges }: Chart): GraphEdge[] {
  return [
    ...startsBelow(root),
    ...edges.map(({ source, target, label }, index) => {
      const lines = linesOf(label)
      const width = Math.max(...lines.map(textWidth)) * LABEL_SCALE + 6
      return {
        id: `edge ${index}`,
        sources: [named(source)],
        targets: [named(target)],
        labels: [{ text: label, width, height: lines.length * LABEL_HEIGHT + 2 }],
      }
    }),
  ]
}

function startsBelow({ id, initial, children }: ChartState): GraphEdge[] {
  const own = initial === undefined ? [] : [{ id: `start ${id}`, sources: [startOf(id)], targets: [named(initial)] }]
  return [...own, ...children.flatMap(startsBelow)]
}

/** Ids of a chart may be anything: those of the layout are told apart by what stands before them. */
function named(id: string): string {
  return `state ${id}`
}

function startOf(id: string): string {
  return `into ${id}`
}

function placed(chart: Chart, root: GraphNode): PlacedChart {
  const boxes = new Map<string, Box>()
  collect(root, { x: 0, y: 0 }, boxes)
  const boxOf = (id: string): Box => boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 }
  const states = statesWithBoxes(chart.root, { boxOf, isRegion: false })
  const starts = [...boxes]
    .filter(([id]) => id.startsWith('into '))
    .map(([, { x, y }]) => ({ x: x + START_SIZE / 2, y: y + START_SIZE / 2 }))
  return {
    width: root.width ?? 0,
    height: root.height ?? 0,
    states,
    starts,
    edges: allEdges(root).map((edge) => placedEdge(edge, { chart, origin: boxOf(containerOf(edge)) })),
  }
}

function statesWithBoxes(
  state: ChartState,
  { boxOf, isRegion }: { readonly boxOf: (id: string) => Box; readonly isRegion: boolean },
): readonly PlacedState[] {
  const inside = { boxOf, isRegion: state.type === 'parallel' }
  return [
    { state, rows: rowsOf(state), isRegion, ...boxOf(named(state.id)) },
    ...state.children.flatMap((child) => statesWithBoxes(child, inside)),
  ]
}

function collect(
  { id, children = [], x = 0, y = 0, width = 0, height = 0 }: GraphNode,
  above: Point,
  boxes: Map<string, Box>,
): void {
  const box = { x: above.x + x, y: above.y + y, width, height }
  boxes.set(id, box)
  for (const child of children) collect(child, box, boxes)
}

function allEdges({ edges = [], children = [] }: GraphNode): readonly GraphEdge[] {
  return [...edges, ...children.flatMap(allEdges)]
}

/** Its coordinates are counted from there. */
function containerOf(edge: GraphEdge): string {
  return edge.container ?? ''
}

function placedEdge(
  { id, sections = [], labels = [] }: GraphEdge,
  { chart, origin }: { readonly chart: Chart; readonly origin: Point },
): PlacedEdge {
  const moved = ({ x, y }: Point): Point => ({ x: x + origin.x, y: y + origin.y })
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
  const edge = id.startsWith('edge ') ? chart.edges[Number(id.slice(5))] : undefined
  const [label] = labels
  const box =
    label === undefined || edge === undefined
      ? undefined
      : {
          ...moved({ x: label.x ?? 0, y: label.y ?? 0 }),
          width: label.width ?? 0,
          height: label.height ?? 0,
          lines: linesOf(edge.label),
        }
  return { edge, points: points.map(moved), label: box }
}
