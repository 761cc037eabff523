/** Which of the cells that have nothing under way stay in memory. */
import type { AgentCell } from './agent-cell.js'

/** Cells that had nothing under way, longest known first: beyond a bound they leave memory. */
export class IdleCells {
  readonly #keep: number
  readonly #cells = new Set<AgentCell>()

  constructor(keep: number) {
    this.#keep = keep
  }

  /** Notes that a cell is idle now; returns the one whose turn it is to leave, if any. It may be busy again. */
  add(cell: AgentCell): AgentCell | undefined {
    if (this.#cells.has(cell)) return undefined
    this.#cells.add(cell)
    if (this.#cells.size <= this.#keep) return undefined
    const [oldest] = this.#cells
    if (oldest !== undefined) this.#cells.delete(oldest)
    return oldest
  }

  remove(cell: AgentCell): void {
    this.#cells.delete(cell)
  }
}
