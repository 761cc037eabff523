/** Finds the cell of an agent that a message goes to: one that runs here, one that is to be started, or one of another service. */
import { addressOf } from '../../definition/agent-address.js'
import { unregisteredDefinition } from '../../definition/unregistered.js'
import type { Refusal } from '../../decide/outbox.js'
import { isRefoldError } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { CellContext } from '../cell/cell-context.js'
import { Cells } from '../cell/cells.js'
import type { Registry } from '../cell/registry.js'
import type { RuntimeEvent } from '../../public/runtime-event.js'
import { EventHub } from '../events/event-hub.js'

export interface ReceiversOptions extends CellContext<AgentCell> {
  /** The cells of agents whose definitions are registered here. */
  readonly cells: Cells
  readonly registry: Registry
}

export type Receiver =
  | {
      /** Asked for when something is submitted to it at once: one that is to be started is waited for from then on. */
      readonly cell: () => AgentCell
      readonly isUnregistered: boolean
    }
  | { readonly refused: Refusal }

/** Cells of other services' agents that stay in memory. */
const KEEP_UNREGISTERED = 64

export class Receivers {
  readonly #options: ReceiversOptions
  /** Cells of agents whose chart is not here: what they are given is stored, and decided by who has it. */
  readonly unregistered: Cells

  constructor(options: ReceiversOptions) {
    this.#options = options
    this.unregistered = new Cells({
      ...options,
      events: troubleOnly(options.events),
      registry: { get: unregisteredDefinition, ofEnded: unregisteredDefinition },
      keepIdle: KEEP_UNREGISTERED,
    })
  }

  /** Throws what makes its stream unreadable for now. */
  async find(stream: string, { isStart }: { readonly isStart: boolean }): Promise<Receiver> {
    const { cells } = this.#options
    try {
      const cell = await cells.load(stream)
      return { cell: () => cell, isUnregistered: cell.definition.isUnregistered === true }
    } catch (error) {
      if (isRefoldError(error, 'NOT_FOUND')) return isStart ? this.#fresh(stream) : { refused: error }
      if (!isRefoldError(error, 'UNKNOWN_DEFINITION')) throw error
      return isStart ? { refused: startedBefore(stream) } : this.#ofAnother(stream)
    }
  }

  /** No input is taken any more. */
  async close(error: RefoldError): Promise<void> {
    await this.unregistered.drained()
    for (const cell of this.unregistered.all()) cell.fail(error)
  }

  #fresh(stream: string): Receiver {
    const { cells, registry } = this.#options
    const { name, id } = addressOf(stream)
    const definition = registry.newest(name)
    if (definition !== undefined) return { cell: () => cells.fresh(stream, id, definition), isUnregistered: false }
    const message = `no agent "${name}" is registered where its parent runs`
    return { refused: { code: 'UNKNOWN_DEFINITION', message } }
  }

  async #ofAnother(stream: string): Promise<Receiver> {
    try {
      const cell = await this.unregistered.load(stream)
      return { cell: () => cell, isUnregistered: true }
    } catch (error) {
      if (isRefoldError(error, 'NOT_FOUND')) return { refused: error }
      throw error
    }
  }
}

function startedBefore(stream: string): Refusal {
  return { code: 'ID_REUSED', message: `${stream} was started before` }
}

/** Of agents that are performed elsewhere only trouble with their records matters here. */
function troubleOnly(events: EventHub<AgentCell>): EventHub<AgentCell> {
  const tell = (event: RuntimeEvent): void => {
    if (event.kind === 'unknown' || event.kind === 'rejected' || event.kind === 'notice') events.tell(event)
  }
  return new EventHub({ observers: [], own: [tell], logger: { log: () => {} } })
}
