/** Finds the cell of an agent that a message goes to: one that runs here, one that is to be started, or one of another service. */
import { addressOf } from '../../definition/agent-address.js'
import { unregisteredDefinition } from '../../definition/unregistered.js'
import type { Refusal } from '../../decide/outbox.js'
import { isRefoldError } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { CellHost } from '../cell/cell-host.js'
import { Cells } from '../cell/cells.js'
import type { Registry } from '../cell/registry.js'

export interface ReceiversOptions {
  /** The cells of agents whose definitions are registered here. */
  readonly cells: Cells
  readonly registry: Registry
  readonly host: CellHost
}

export type Receiver = { readonly cell: AgentCell; readonly isUnregistered: boolean } | { readonly refused: Refusal }

/** Cells of other services' agents that stay in memory. */
const KEEP_ELSEWHERE = 64

export class Receivers {
  readonly #options: ReceiversOptions
  readonly #elsewhere: Cells

  constructor(options: ReceiversOptions) {
    this.#options = options
    this.#elsewhere = new Cells({
      store: options.host.store,
      registry: { get: unregisteredDefinition },
      host: elsewhereHost(options.host, () => this.#elsewhere),
      keepIdle: KEEP_ELSEWHERE,
      onEvict: () => {},
    })
  }

  /** Throws what makes its stream unreadable for now. */
  async find(stream: string, { isStart }: { readonly isStart: boolean }): Promise<Receiver> {
    const { cells } = this.#options
    try {
      return { cell: await cells.load(stream), isUnregistered: false }
    } catch (error) {
      if (isRefoldError(error, 'NOT_FOUND')) return isStart ? this.#fresh(stream) : { refused: error }
      if (!isRefoldError(error, 'UNKNOWN_DEFINITION')) throw error
      return isStart ? { refused: startedBefore(stream) } : this.#ofAnother(stream)
    }
  }

  /** No input is taken any more. */
  async close(error: RefoldError): Promise<void> {
    await Promise.all(this.#elsewhere.all().map((cell) => cell.drained()))
    for (const cell of this.#elsewhere.all()) cell.fail(error)
  }

  #fresh(stream: string): Receiver {
    const { cells, registry } = this.#options
    const { name, id } = addressOf(stream)
    const definition = registry.newest(name)
    if (definition !== undefined) return { cell: cells.fresh(stream, id, definition), isUnregistered: false }
    const message = `no agent "${name}" is registered where its parent runs`
    return { refused: { code: 'UNKNOWN_DEFINITION', message } }
  }

  async #ofAnother(stream: string): Promise<Receiver> {
    try {
      return { cell: await this.#elsewhere.load(stream), isUnregistered: true }
    } catch (error) {
      if (isRefoldError(error, 'NOT_FOUND')) return { refused: error }
      throw error
    }
  }
}

function startedBefore(stream: string): Refusal {
  return { code: 'ID_REUSED', message: `${stream} was started before` }
}

/** The same runtime, but for a cell that performs nothing: only its records matter. */
function elsewhereHost(host: CellHost, cells: () => Cells): CellHost {
  return {
    store: host.store,
    world: host.world,
    maxLine: host.maxLine,
    get isClosed() {
      return host.isClosed
    },
    changed: () => {},
    busy: (cell) => cells().busy(cell),
    settled: (cell) => {
      if (cell.isIdle && cell.failure === undefined) cells().idle(cell)
    },
    failed: (cell) => cells().evict(cell),
    foreign: () => {},
    unknown: (cell, error, tries) => host.unknown(cell, error, tries),
    deliver: () => {},
    actorSend: () => {},
    tooLarge: (envelope, error) => host.tooLarge(envelope, error),
    pauseAfterRejection: (times) => host.pauseAfterRejection(times),
  }
}
