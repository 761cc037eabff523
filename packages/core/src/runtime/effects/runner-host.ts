/** What an effect runner asks of the worker it performs for. */
import type { Progress } from '../../public/progress.js'
import type { World } from '../../world/world.js'
import type { Envelope } from '../../decide/inputs.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { EffectSlots } from '../limits/slots.js'
import type { Lease } from '../liveness/lease.js'
import type { Waiter } from '../cell/submission.js'
import type { Probation } from '../limits/probation.js'

export interface RunnerHost {
  readonly worker: string
  readonly world: World
  readonly lease: Lease
  readonly slots: EffectSlots
  readonly probation: Probation
  readonly isClosing: boolean
  /** Submits to the agent, also when its cell has left memory since a body began. */
  post(cell: AgentCell, envelope: Envelope, told: Waiter): void
  progress(cell: AgentCell, progress: Progress): void
  /** An effect left this worker's hands: what is pending now may have to begin. */
  forgotten(cell: AgentCell): void
}
