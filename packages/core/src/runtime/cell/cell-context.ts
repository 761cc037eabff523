/** What the cells of one runtime stand on. All of it is older than they are: nothing here calls back into the runtime. */
import type { DefinitionInternals } from '../../definition/internals.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Envelope } from '../../decide/inputs.js'
import type { World } from '../../world/world.js'
import type { Waiter, WrittenHere } from './submission.js'
import type { EventHub } from '../events/event-hub.js'
import type { Lifecycle } from '../liveness/lifecycle.js'

export interface CellContext<Cell> {
  readonly log: AgentLog
  readonly world: World
  /** This process, as records name it. */
  readonly worker: string
  readonly lifecycle: Lifecycle
  readonly events: EventHub<Cell>
}

/** Which agent, and by which definition it is decided. */
export interface CellIdentity {
  readonly stream: string
  readonly id: string
  readonly definition: DefinitionInternals
}

/** Where cells live: it keeps those that are needed, and lets the others go. */
export interface Residence<Cell> {
  /** The state has gone on. */
  recorded(cell: Cell, before: StateDocument | undefined, written?: WrittenHere): void
  /** Something is under way, or someone listens: the cell must stay in memory. */
  busy(cell: Cell): void
  /** Nothing stands in the queue any more, for now. */
  rested(cell: Cell): void
  /** Submits to the agent, also when the cell that asks has left memory meanwhile. */
  post(stream: string, envelope: Envelope, waiter: Waiter): void
  /** The cell cannot go on. */
  failed(cell: Cell): void
}
