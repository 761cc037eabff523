/**
 * What a deploy added to states in which agents wait: today's chart asks for it, and the chart that decided the agent last did not.
 * It does not begin by itself; a person is told.
 */
import type { DefinitionInternals } from '../../definition/internals.js'
import type { AgentLog } from '../../log/agent-log.js'
import { readChart } from '../../log/charts.js'
import type { StateDocument } from '../../record/state-document.js'
import { inWords, missingWork } from '../../step/missing-work.js'
import type { MissingWork } from '../../step/missing-work.js'

export class NotBegun {
  readonly #log: Pick<AgentLog, 'read'>
  /** Of each fingerprint what its chart asks for; `undefined`: it was not stored. */
  readonly #asked = new Map<string, Promise<ReadonlySet<string> | undefined>>()

  constructor(log: Pick<AgentLog, 'read'>) {
    this.#log = log
  }

  /** In words, in order: `after 500 of state "form.review"`. None for an agent that took a step under today's chart. */
  async of(state: StateDocument, definition: DefinitionInternals): Promise<readonly string[]> {
    const { fingerprint } = state.agent
    if (fingerprint === definition.fingerprint || state.root.status !== undefined) return []
    const missing = missingWork(definition, state)
    if (missing.length === 0) return []
    const asked = await this.#askedBy(fingerprint)
    return missing.filter((each) => asked?.has(keyOf(each)) !== true).map(inWords)
  }

  #askedBy(fingerprint: string): Promise<ReadonlySet<string> | undefined> {
    const known = this.#asked.get(fingerprint)
    if (known !== undefined) return known
    const asked = this.#read(fingerprint)
    this.#asked.set(fingerprint, asked)
    asked.catch(() => this.#asked.delete(fingerprint)) // the next agent asks again
    return asked
  }

  async #read(fingerprint: string): Promise<ReadonlySet<string> | undefined> {
    const chart = await readChart(this.#log, fingerprint)
    return chart === undefined ? undefined : new Set(askedIn(chart))
  }
}

function keyOf(missing: MissingWork): string {
  if (missing.kind === 'after') return `after ${missing.id}`
  const { id, src } = missing.invocation
  return `invoke ${missing.node} ${id} ${src}`
}

/** What of a stored chart says what its states ask for, as the definition wrote it. */
interface AskingChart {
  readonly nodes?: readonly {
    readonly id: string
    readonly invokes?: readonly { readonly id?: string; readonly src: string }[]
  }[]
  readonly edges?: readonly { readonly event?: string; readonly delay?: number | string }[]
  readonly machines?: { readonly [name: string]: AskingChart }
}

/** What its states ask for, those of its child machines too. */
function askedIn({ nodes = [], edges = [], machines = {} }: AskingChart): string[] {
  return [
    ...edges.flatMap(({ event, delay }) => (delay === undefined ? [] : [`after ${event ?? ''}`])),
    ...nodes.flatMap(({ id: node, invokes = [] }) =>
      invokes.map(({ id = '', src }, index) => `invoke ${node} ${id === '' ? `${index}.${node}` : id} ${src}`),
    ),
    ...Object.values(machines).flatMap(askedIn),
  ]
}
