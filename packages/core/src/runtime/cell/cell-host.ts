/** What a cell asks of the runtime it lives in. */
import type { Envelope } from '../../decide/inputs.js'
import type { RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { TreeStep } from '../../step/tree-step.js'
import type { Store } from '../../store/port.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from './agent-cell.js'

export interface CellHost {
  readonly store: Store
  readonly world: World
  /** Most inputs of callers that may stand in line. */
  readonly maxLine: number
  readonly isClosed: boolean
  /** The state went forward: start and stop effects, look at what is due. */
  changed(cell: AgentCell, before: StateDocument | undefined): void
  /** Something is under way, or someone listens: the cell must stay in memory. */
  busy(cell: AgentCell): void
  /** Nothing is in line any more, for now. */
  settled(cell: AgentCell): void
  failed(cell: AgentCell): void
  /** Records without a valid header were found. */
  foreign(stream: string, count: number): void
  unknown(cell: AgentCell, error: RefoldError, tries: number): void
  deliver(cell: AgentCell, delivery: TreeStep['deliveries'][number]): void
  actorSend(cell: AgentCell, sent: { to: string; event: unknown }): void
  /** What to submit in place of an input whose record is too large; `undefined`: tell the caller. */
  tooLarge(envelope: Envelope, error: RefoldError): Envelope | undefined
  /** Resolves when an append that was rejected so many times in a row is worth another try. */
  pauseAfterRejection(times: number): Promise<void>
}
