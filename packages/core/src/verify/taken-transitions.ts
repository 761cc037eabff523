/** The edges that records name, as their charts name them: today's, and those that were stored. */
import type { JsonValue } from '../json/json-value.js'
import type { AgentReader } from '../log/agent-log.js'
import type { ActorDocument, ActorId, StateDocument } from '../record/state-document.js'
import { readChart } from '../log/charts.js'
import type { TakenTransition } from './verified.js'

/** What of a chart names its edges. */
interface EdgesOfChart {
  readonly nodes?: readonly { readonly id: string; readonly entry?: readonly string[] }[]
  readonly edges?: readonly {
    readonly id: string
    readonly event?: string
    readonly guard?: string
    readonly targets?: readonly string[]
    readonly actions?: readonly string[]
  }[]
  readonly machines?: { readonly [src: string]: EdgesOfChart | { readonly above: number } }
}

/** Charts that are kept: a history has few. */
const KEPT = 64

/** Charts by fingerprint: those of the definitions here, and those that were stored when an agent first began with them. */
export class Charts {
  readonly #reader: Pick<AgentReader, 'read'>
  readonly #charts = new Map<string, Promise<JsonValue | undefined>>()

  constructor(reader: Pick<AgentReader, 'read'>) {
    this.#reader = reader
  }

  /** `undefined`: it was not stored, or cannot be read. */
  async of(
    fingerprint: string,
    today: { readonly fingerprint: string; readonly chart: JsonValue },
  ): Promise<JsonValue | undefined> {
    if (fingerprint === today.fingerprint) return today.chart
    const known = this.#charts.get(fingerprint)
    if (known !== undefined) return known
    const reading = readChart(this.#reader, fingerprint).catch(() => {
      this.#charts.delete(fingerprint) // the next difference asks again
      return undefined // it only says more
    })
    this.#charts.set(fingerprint, reading)
    const [oldest] = this.#charts.keys()
    if (this.#charts.size > KEPT && oldest !== undefined) this.#charts.delete(oldest)
    return reading
  }
}

/** A transition, and what is entered by it. */
export interface Taken {
  readonly transition: TakenTransition
  /** Its place among those of its state; -1: the chart does not know it. */
  readonly index: number
  /** Actions of the states that it goes to. */
  readonly entered: readonly string[]
}

/** The edges of a record's path, in words. `states`: where the actors of the edges stand, one of them for each. */
export function takenBy(
  path: readonly string[],
  { chart, states }: { readonly chart: JsonValue | undefined; readonly states: readonly (StateDocument | undefined)[] },
): readonly Taken[] {
  return path.map((edge) => {
    const slash = edge.indexOf('/')
    const id = edge.slice(slash + 1)
    const root = chart as EdgesOfChart | undefined // as it was stored, or as the definition has it
    const own = slash < 0 ? root : root && childChart(root, edge.slice(0, slash), states)
    return inWords(own, id) ?? { transition: { from: edge, targets: [], actions: [] }, index: -1, entered: [] }
  })
}

function inWords(chart: EdgesOfChart | undefined, id: string): Taken | undefined {
  const edge = chart?.edges?.find((one) => one.id === id)
  const [order, index] = id.split('.').map(Number)
  const from = chart?.nodes?.[order ?? -1]?.id
  if (edge === undefined || from === undefined) return undefined
  const { event, guard, targets = [], actions = [] } = edge
  const entered = targets.flatMap((target) => chart?.nodes?.find((node) => node.id === target)?.entry ?? [])
  return {
    transition: {
      from,
      ...(event === undefined ? undefined : { event }),
      ...(guard === undefined ? undefined : { guard }),
      targets,
      actions,
    },
    index: index ?? -1,
    entered,
  }
}

function childChart(
  root: EdgesOfChart,
  actor: ActorId,
  states: readonly (StateDocument | undefined)[],
): EdgesOfChart | undefined {
  const sources = states.map((state) => state && sourcesTo(actor, state)).find((found) => found !== undefined)
  const inside: EdgesOfChart[] = [root]
  for (const src of sources ?? []) {
    const next = inside.at(-1)?.machines?.[src]
    const chart = next !== undefined && 'above' in next ? inside.at(-next.above) : next
    if (chart === undefined) return undefined
    inside.push(chart)
  }
  return sources === undefined ? undefined : inside.at(-1)
}

/** Sources of the machines from the root down to an actor. */
function sourcesTo(actor: ActorId, { root, unlisted }: StateDocument): readonly string[] | undefined {
  const found = below(root, actor)
  if (found !== undefined) return found
  for (const { parent, actor: lost } of Object.values(unlisted)) {
    const rest = lost.sid === actor ? [] : below(lost, actor)
    const above = rest === undefined || parent === lost.sid ? undefined : below(root, parent)
    if (rest !== undefined && above !== undefined) return [...above, lost.src ?? '', ...rest]
  }
  return undefined
}

function below(document: ActorDocument, actor: ActorId): readonly string[] | undefined {
  if (document.sid === actor) return []
  for (const child of Object.values(document.children ?? {})) {
    const rest = below(child, actor)
    if (rest !== undefined) return [child.src ?? '', ...rest]
  }
  return undefined
}

/** The guard that said otherwise: that of the earlier of the two transitions that were weighed where the ways part. */
export function partingGuard(recorded: readonly Taken[], today: readonly Taken[]): string | undefined {
  for (let at = 0; at < Math.max(recorded.length, today.length); at++) {
    const weighed = [recorded[at], today[at]].filter((one) => one !== undefined)
    const [one, other] = weighed
    if (one !== undefined && other !== undefined && isSameWay(one, other)) continue
    const inTurn = weighed.toSorted((first, second) => first.index - second.index)
    return inTurn.find(({ transition }) => transition.guard !== undefined)?.transition.guard
  }
  return undefined
}

/** Whether both took the same transitions, whatever actions these have. */
export function isSamePath(recorded: readonly Taken[], today: readonly Taken[]): boolean {
  return recorded.length === today.length && recorded.every((one, at) => isSameWay(one, today[at] as Taken))
}

function isSameWay({ transition: one }: Taken, { transition: other }: Taken): boolean {
  const words = [one, other].map(({ from, event, guard, targets }) => JSON.stringify([from, event, guard, targets]))
  return words[0] === words[1]
}
