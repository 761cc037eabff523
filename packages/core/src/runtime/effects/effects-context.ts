/** What the effects of one runtime stand on. */
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Cells } from '../cell/cells.js'
import type { EventHub } from '../events/event-hub.js'
import type { Capacity } from '../limits/capacity.js'
import type { Gate } from '../limits/gates.js'
import type { EffectSlots } from '../limits/slots.js'
import type { Lease } from '../liveness/lease.js'
import type { Lifecycle } from '../liveness/lifecycle.js'

export interface EffectsContext {
  readonly worker: string
  readonly world: World
  readonly events: EventHub<AgentCell>
  readonly lifecycle: Lifecycle
  readonly lease: Lease
  /** `false`: sends and reads only. */
  readonly performs: boolean
  readonly cells: Cells
  /** Of agents whose version is not registered here: what they are given is stored undecided. */
  readonly unregistered: Cells
  readonly capacity: Capacity
  readonly slots: EffectSlots
  /** What an effect passes before its body begins. */
  readonly gates: readonly Gate[]
}
