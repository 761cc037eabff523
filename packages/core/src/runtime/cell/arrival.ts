/** Agents that are being started, or moved to another version. */
import type { AgentCell } from './agent-cell.js'

/** Until it is known what is stored, its cell may be of another version than the agent. */
export interface Arrival {
  readonly is: 'arriving'
  readonly cell: AgentCell
  readonly isMove: boolean
  /** Stands for the agent meanwhile. */
  readonly beside: AgentCell | undefined
  /** Resolves when it is known what became of it. */
  readonly known: Promise<void>
  readonly tell: () => void
}
