/** When snapshots are written: after so many records, and when an agent with a good part of that leaves memory. */
import { isRefoldError } from '../../errors.js'
import { lengthOf } from '../../record/revision.js'
import type { Store } from '../../store/port.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from './agent-cell.js'
import { writeSnapshot } from '../../history/snapshots.js'

export interface SnapshotKeeperOptions {
  readonly store: Store
  readonly world: World
  readonly everyEvents: number
}

/** An agent that leaves memory is not folded again for less than this part of the interval. */
const WORTH_KEEPING = 1 / 4

export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions
  /** Length of the stream at its newest snapshot, as far as this process knows. */
  readonly #takenAt = new WeakMap<AgentCell, number>()

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options
  }

  changed(cell: AgentCell): void {
    if (this.#unsaved(cell) >= this.#options.everyEvents) this.#take(cell)
  }
  leaving(cell: AgentCell): void {
    if (this.#unsaved(cell) >= this.#options.everyEvents * WORTH_KEEPING) this.#take(cell)
  }

  #unsaved(cell: AgentCell): number {
    return lengthOf(cell.head) - (this.#takenAt.get(cell) ?? cell.lengthAtSnapshot)
  }

  /** In the background: a snapshot is a cache. */
  #take(cell: AgentCell): void {
    const { snapshot, stream } = cell
    if (snapshot === undefined) return
    this.#takenAt.set(cell, lengthOf(cell.head))
    const { store, world } = this.#options
    writeSnapshot(store, stream, snapshot).catch((error: unknown) => {
      if (!isRefoldError(error, 'CLOSED'))
        world.logger.log('warn', `the snapshot of ${stream} could not be written`, { error })
    })
  }
}
