/** A stored chart (`chart.schema.json`) as a tree of states with transitions in words: what is drawn, in whatever form. */
import { fromGiven } from '@refold/core/store'
import type { JsonValue } from '@refold/core/record'

/** As XState calls them. */
export type StateType = 'atomic' | 'compound' | 'parallel' | 'final' | 'history'

/** A state. */
export interface ChartState {
  readonly id: string
  readonly key: string
  /** Keys from below the root, with dots, as `active` of an agent has it; of the root empty. */
  readonly path: string
  readonly type: StateType
  readonly isDeepHistory: boolean
  /** Id of the state that is entered with it. */
  readonly initial: string | undefined
  /** Names of the logic that it invokes. */
  readonly invokes: readonly string[]
  /** Transitions that are told in words: those that stay in it, and those into a state within. */
  readonly told: readonly ToldEdge[]
  readonly children: readonly ChartState[]
}

/** A transition without a line. */
export interface ToldEdge {
  /** As in a record's path. */
  readonly id: string
  readonly label: string
  /** Keys of the states that it leads to; none: it stays. */
  readonly into: readonly string[]
}

/** A transition to a state elsewhere. */
export interface ChartEdge {
  /** As in a record's path. */
  readonly id: string
  readonly source: string
  readonly target: string
  readonly label: string
}

/** What is drawn. */
export interface Chart {
  readonly root: ChartState
  readonly edges: readonly ChartEdge[]
}

interface StoredNode {
  readonly id: string
  readonly key?: string
  readonly type?: StateType
  readonly parent?: string
  readonly initial?: string
  readonly history?: 'shallow' | 'deep'
  readonly invokes?: readonly { readonly id?: string; readonly src: string }[]
}

interface StoredEdge {
  readonly id: string
  readonly event?: string
  readonly targets?: readonly string[]
  readonly guard?: string
  readonly delay?: number | string
}

interface StoredChart {
  readonly id: string
  readonly nodes: readonly StoredNode[]
  readonly edges: readonly StoredEdge[]
  readonly delays?: { readonly [name: string]: number | null }
}

/** Of what `refold.chart` holds, or `describeDefinition` gives. Throws `INVALID_INPUT` for what is no chart. */
export function chartFrom(stored: JsonValue): Chart {
  // as this release, or another one of its format, wrote it
  return fromGiven('chartFrom', () => treeOf(stored as unknown as StoredChart))
}

function treeOf(chart: StoredChart): Chart {
  const nodes = new Map(chart.nodes.map((node) => [node.id, node]))
  const told = new Map<string, ToldEdge[]>()
  const edges: ChartEdge[] = []
  for (const edge of chart.edges) {
    const { id, targets = [] } = edge
    const source = chart.nodes[Number(id.split('.')[0])] ?? { id: chart.id }
    const label = labelOf(edge, chart)
    const away = targets.filter((target) => !isWithin(target, source, nodes))
    edges.push(...away.map((target) => ({ id, source: source.id, target, label })))
    if (targets.length > 0 && away.length === targets.length) continue
    const into = targets
      .filter((target) => !away.includes(target))
      .map((target) => keyOf(nodes.get(target) ?? { id: target }))
    told.set(source.id, [...(told.get(source.id) ?? []), { id, label, into }])
  }
  const below = (node: StoredNode, path: string): ChartState => ({
    id: node.id,
    key: keyOf(node),
    path,
    type: node.type ?? 'atomic',
    isDeepHistory: node.history === 'deep',
    initial: node.initial,
    invokes: (node.invokes ?? []).map(({ src }) => src),
    told: told.get(node.id) ?? [],
    children: chart.nodes
      .filter(({ parent }) => parent === node.id)
      .map((child) => below(child, path === '' ? keyOf(child) : `${path}.${keyOf(child)}`)),
  })
  return { root: below(chart.nodes[0] ?? { id: chart.id }, ''), edges }
}

/** Whether a line would lead from a box to something in it, or to the box itself. */
function isWithin(target: string, source: StoredNode, nodes: ReadonlyMap<string, StoredNode>): boolean {
  if (source.type !== 'compound' && source.type !== 'parallel') return false
  let left = nodes.size
  for (let id: string | undefined = target; id !== undefined; id = nodes.get(id)?.parent) {
    if (id === source.id) return true
    if (left-- < 0) throw new TypeError(`${target} stands within itself`)
  }
  return false
}

/** What is written below a state's name. */
export function rowsOf({ invokes, told }: ChartState): readonly string[] {
  return [
    ...invokes.map((src) => `⚙ ${src}`),
    ...told.map(({ label, into }) => (into.length === 0 ? `↺ ${label}` : `${label} → ${into.join(', ')}`)),
  ]
}

/** All states, each before those in it. */
export function statesOf(state: ChartState): readonly ChartState[] {
  return [state, ...state.children.flatMap(statesOf)]
}

/** Ids of the states that are active, those around them too. */
export function litBy({ root }: Chart, active: readonly string[]): ReadonlySet<string> {
  const isLit = ({ path }: ChartState): boolean =>
    active.some((leaf) => path === '' || leaf === path || leaf.startsWith(`${path}.`))
  return new Set(
    statesOf(root)
      .filter(isLit)
      .map(({ id }) => id),
  )
}

function keyOf({ id, key, parent }: StoredNode): string {
  return key ?? (parent === undefined ? id : id.slice(parent.length + 1))
}

function labelOf(edge: StoredEdge, chart: StoredChart): string {
  const words = eventOf(edge, chart)
  const guard = edge.guard === undefined ? '' : `[${edge.guard}]`
  return [words, guard].filter((word) => word !== '').join(' ') || 'always'
}

const DONE_ACTOR = 'xstate.done.actor.'
const ERROR_ACTOR = 'xstate.error.actor.'
const SNAPSHOT = 'xstate.snapshot.'

function eventOf({ event, delay }: StoredEdge, chart: StoredChart): string {
  if (delay !== undefined) return `after ${delayOf(delay, chart)}`
  if (event === undefined) return ''
  if (event === '*') return 'any event'
  for (const [prefix, word] of [
    [DONE_ACTOR, 'done'],
    [ERROR_ACTOR, 'error'],
    [SNAPSHOT, 'snapshot'],
  ] as const)
    if (event.startsWith(prefix)) return `${word}: ${sourceNamed(event.slice(prefix.length), chart)}`
  return event.startsWith('xstate.done.state.') ? 'done' : event
}

function delayOf(delay: number | string, { delays = {} }: StoredChart): string {
  if (typeof delay === 'number') return durationOf(delay)
  const known = delays[delay]
  return typeof known === 'number' ? `${delay} (${durationOf(known)})` : delay
}

function durationOf(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1]
  return `${ms / size} ${unit}`
}

/** The source of the invocation of this id. */
function sourceNamed(invocation: string, { nodes }: StoredChart): string {
  for (const { id: node, invokes = [] } of nodes)
    for (const [index, { id = `${index}.${node}`, src }] of invokes.entries()) if (id === invocation) return src
  return invocation
}
