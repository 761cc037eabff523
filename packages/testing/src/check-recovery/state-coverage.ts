/** Which states of an agent's machine, and of its child machines, were entered: read from records, with the chart as data. */
import type { JsonValue, StoredEvent } from '@refold/core'
import type { RecordMetadata, StateDocument } from '@refold/core/record'
import { foldStream } from '../simulation/reference-fold.js'

type ActorDocument = StateDocument['root']

interface ChartNode {
  readonly id: string
  readonly key?: string
  readonly type?: string
  readonly parent?: string
  readonly initial?: string
}

/** `nodes` is absent where a machine stands inside of itself. */
interface Chart {
  readonly nodes?: readonly ChartNode[]
  readonly edges?: readonly { readonly id: string; readonly targets?: readonly string[] }[]
  readonly machines?: Readonly<Record<string, Chart>>
}

export class StateCoverage {
  /** By the names of child machines: `''`, `child`, `child.grandchild`. */
  readonly #machines = new Map<string, MachineCoverage>()

  constructor(chart: JsonValue) {
    this.#add('', chart as unknown as Chart)
  }

  /** The records of one agent, from its first. */
  saw(records: readonly StoredEvent[]): void {
    /** Names of machines by their actors. */
    const actors = new Map<string, string>()
    for (const { event, before, after } of foldStream(records)) {
      for (const document of [before, after])
        if (document !== undefined) this.#walk(document.root, { name: '', actors })
      for (const edge of (event.metadata as unknown as Partial<RecordMetadata>).refold?.body.path ?? []) {
        const slash = edge.lastIndexOf('/')
        const name = slash === -1 ? '' : actors.get(edge.slice(0, slash))
        if (name !== undefined) this.#machines.get(name)?.took(edge.slice(slash + 1))
      }
    }
  }

  /** `work.draft`, in a child machine `child: on`, and the name of a machine that never ran (`''`: the agent's own). */
  neverEntered(): readonly string[] {
    return [...this.#machines].flatMap(([name, machine]) => {
      const missing = machine.neverEntered()
      if (missing === undefined) return [name]
      return missing.map((path) => (name === '' ? path : `${name}: ${path}`))
    })
  }

  #add(name: string, { nodes, edges = [], machines = {} }: Chart): void {
    if (nodes === undefined) return
    this.#machines.set(name, new MachineCoverage(nodes, edges))
    for (const [src, machine] of Object.entries(machines)) this.#add(below(name, src), machine)
  }

  #walk(actor: ActorDocument, { name, actors }: { readonly name: string; readonly actors: Map<string, string> }): void {
    const machine = this.#machines.get(name)
    if (machine === undefined) return
    if (!actors.has(actor.sid)) machine.began()
    actors.set(actor.sid, name)
    machine.isAt(actor.value)
    for (const child of Object.values(actor.children ?? {}))
      if (child.src !== undefined) this.#walk(child, { name: below(name, child.src), actors })
  }
}

function below(name: string, src: string): string {
  return name === '' ? src : `${name}.${src}`
}

class MachineCoverage {
  readonly #nodes: readonly ChartNode[]
  readonly #byId: ReadonlyMap<string, ChartNode>
  readonly #targets: ReadonlyMap<string, readonly string[]>
  readonly #entered = new Set<string>()

  constructor(nodes: readonly ChartNode[], edges: NonNullable<Chart['edges']>) {
    this.#nodes = nodes
    this.#byId = new Map(nodes.map((node) => [node.id, node]))
    this.#targets = new Map(edges.map(({ id, targets = [] }) => [id, targets]))
  }

  began(): void {
    this.#enter(this.#nodes[0])
  }

  /** An edge leaves its node, so it was entered. */
  took(edge: string): void {
    this.#enterAbove(this.#nodes[Number(edge.split('.')[0])])
    for (const target of this.#targets.get(edge) ?? []) this.#enter(this.#byId.get(target))
  }

  /** A value of XState: `'open'`, `{ work: 'draft' }`. */
  isAt(value: JsonValue | undefined, parent = this.#nodes[0]): void {
    const below = typeof value === 'string' ? { [value]: undefined } : value
    if (typeof below !== 'object' || below === null || Array.isArray(below)) return
    for (const [key, inside] of Object.entries(below)) {
      const node = this.#nodes.find((one) => one.parent === parent?.id && keyOf(one) === key)
      if (node === undefined) continue
      this.#enterAbove(node)
      this.isAt(inside, node)
    }
  }

  /** Paths, each the uppermost; `undefined`: the machine never ran. */
  neverEntered(): readonly string[] | undefined {
    if (!this.#entered.has(this.#nodes[0]?.id ?? '')) return undefined
    return this.#nodes.flatMap((node) => {
      const isHidden = node.type === 'history' || this.#entered.has(node.id) || !this.#entered.has(node.parent ?? '')
      return isHidden ? [] : [this.#pathOf(node)]
    })
  }

  /** With those around it, and those that are entered with it. */
  #enter(node: ChartNode | undefined): void {
    if (node === undefined || node.type === 'history') return
    this.#enterAbove(node)
    if (node.initial !== undefined) this.#enter(this.#byId.get(node.initial))
    if (node.type === 'parallel') for (const one of this.#nodes) if (one.parent === node.id) this.#enter(one)
  }

  #enterAbove(node: ChartNode | undefined): void {
    for (let one = node; one !== undefined; one = this.#byId.get(one.parent ?? '')) this.#entered.add(one.id)
  }

  #pathOf(node: ChartNode): string {
    const parent = this.#byId.get(node.parent ?? '')
    return parent?.parent === undefined ? keyOf(node) : `${this.#pathOf(parent)}.${keyOf(node)}`
  }
}

function keyOf({ id, key, parent = '' }: ChartNode): string {
  return key ?? id.slice(parent.length + 1)
}
