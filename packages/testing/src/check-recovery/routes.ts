/**
 * Ways along a chart: to each transition the fewest events and waits that lead there, as far as the chart tells. What guards say
 * and how effects end is not in it: a way is a guess, good enough to begin a script with.
 */
import type { JsonValue } from '@refold/core'

/** An event of this type, or waiting for what is due. `meanwhile`: in a state that an effect may leave before. */
export type Waypoint = ({ readonly event: string } | { readonly wait: true }) & { readonly meanwhile?: true }
export type Route = readonly Waypoint[]

interface ChartNode {
  readonly id: string
  readonly type?: string
  readonly parent?: string
  readonly initial?: string
  readonly invokes?: readonly object[]
}

interface ChartEdge {
  readonly id: string
  readonly event?: string
  readonly targets?: readonly string[]
}

/** `types`: of the events that may come from outside. None is the beginning of another. */
export function routesOf(chart: JsonValue, types: readonly string[]): readonly Route[] {
  const { nodes = [], edges = [] } = chart as { readonly nodes?: readonly ChartNode[]; readonly edges?: ChartEdge[] }
  return new Walk(nodes, { edges, types }).routes()
}

class Walk {
  readonly #nodes: readonly ChartNode[]
  readonly #byId: ReadonlyMap<string, ChartNode>
  readonly #edges = new Map<string, ChartEdge[]>()
  readonly #types: readonly string[]
  readonly #found = new Map<string, Route>()
  readonly #entered = new Set<string>()

  constructor(
    nodes: readonly ChartNode[],
    { edges, types }: { readonly edges: readonly ChartEdge[]; readonly types: readonly string[] },
  ) {
    this.#nodes = nodes
    this.#byId = new Map(nodes.map((node) => [node.id, node]))
    this.#types = types
    for (const edge of edges) {
      const { id = '' } = nodes[Number(edge.id.split('.')[0])] ?? {}
      this.#edges.set(id, [...(this.#edges.get(id) ?? []), edge])
    }
  }

  routes(): readonly Route[] {
    let places = this.#enter(this.#nodes[0], [])
    while (places.length > 0) places = places.flatMap(({ node, route }) => this.#leave(node, route))
    const found = new Map([...this.#found.values()].map((route) => [JSON.stringify(route), route]))
    for (const route of found.values())
      for (let length = 0; length < route.length; length++) found.delete(JSON.stringify(route.slice(0, length)))
    return [...found.values()].filter(({ length }) => length > 0)
  }

  /** The places behind all that can be taken in a state. */
  #leave(node: ChartNode, route: Route): readonly Place[] {
    const next: Place[] = []
    let isBusy = false
    for (let at: ChartNode | undefined = node; at !== undefined; at = this.#byId.get(at.parent ?? '')) {
      isBusy ||= at.invokes !== undefined
      for (const { id, event, targets = [] } of this.#edges.get(at.id) ?? []) {
        const waypoints = this.#waypoints(event)
        const along = [
          ...route,
          ...(isBusy ? waypoints.map((one) => ({ ...one, meanwhile: true as const })) : waypoints),
        ]
        const known = this.#found.get(id)
        if (known === undefined || known.length > along.length) this.#found.set(id, along)
        for (const target of targets) next.push(...this.#enter(this.#byId.get(target), along))
      }
    }
    return next
  }

  /** The states below in which it begins. */
  #enter(node: ChartNode | undefined, route: Route): readonly Place[] {
    if (node === undefined) return []
    if (node.type === 'history') return this.#enter(this.#byId.get(node.parent ?? ''), route)
    if (node.type === 'parallel')
      return this.#nodes
        .filter(({ parent, type }) => parent === node.id && type !== 'history')
        .flatMap((region) => this.#enter(region, route))
    if (node.initial !== undefined) return this.#enter(this.#byId.get(node.initial), route)
    if (this.#entered.has(node.id)) return []
    this.#entered.add(node.id)
    return [{ node, route }]
  }

  /** What a script does for it: nothing where it comes by itself. */
  #waypoints(event: string | undefined): Route {
    if (event === undefined) return []
    if (event.startsWith('xstate.after.')) return [{ wait: true }]
    const type = this.#types.find((one) => matches(one, event))
    return type === undefined ? [] : [{ event: type }]
  }
}

interface Place {
  readonly node: ChartNode
  readonly route: Route
}

function matches(type: string, descriptor: string): boolean {
  if (descriptor === '*' || descriptor === type) return true
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1))
}
