/** The gates that every runtime has, and their order. A new limit is one more of them. */
import { effectIn } from '../../record/large-members.js'
import type { Clock } from '../../world/world.js'
import type { Lease } from '../liveness/lease.js'
import type { Gate, GatedEffect } from './gates.js'
import type { Probation } from './probation.js'
import type { EffectSlots } from './slots.js'

const NOTHING = (): void => {}
/** The clock is read again at least this often: a monotonic clock stands still while the machine sleeps. */
const LONGEST_WAIT_MS = 60_000

export interface GateOptions {
  readonly clock: Clock
  readonly probation: Probation
  readonly lease: Lease
  readonly slots: EffectSlots
}

/** What every effect passes, one after the other. A slot is the last: it is taken only by one that may begin. */
export function standardGates({ clock, probation, lease, slots }: GateOptions): readonly Gate[] {
  return [retryGate(clock), probationGate(probation), leaseGate(lease), readOnGate(lease), slotGate(slots)]
}

/** After a failed attempt, the next one waits for its time. */
function retryGate(clock: Clock): Gate {
  const waitMs = ({ cell, id }: GatedEffect): number => {
    const retryAt = cell.state === undefined ? undefined : effectIn(cell.state, id)?.retryAt
    return retryAt === undefined ? 0 : retryAt - clock.now()
  }
  return {
    name: 'retry',
    reason: () => 'waits for the time of its next attempt',
    isOpen: (effect) => waitMs(effect) <= 0,
    enter: (effect, pass) => {
      let cancel = NOTHING
      const look = (): void => {
        const ms = waitMs(effect)
        if (ms <= 0) pass()
        else cancel = clock.setTimer(look, Math.min(ms, LONGEST_WAIT_MS))
      }
      look()
      return () => cancel()
    },
  }
}

/** Nothing else begins while an agent that is suspected of killing its workers is tried by itself. */
function probationGate(probation: Probation): Gate {
  return {
    name: 'probation',
    reason: () => 'waits until a suspected agent has been tried by itself',
    isOpen: ({ cell }) => probation.allows(cell),
    enter: ({ cell }, pass) => {
      probation.whenAllowed(cell, () => pass())
      return NOTHING
    },
  }
}

/** A worker that cannot tell others that it lives begins nothing. */
function leaseGate(lease: Lease): Gate {
  return {
    name: 'lease',
    reason: () => "waits for this worker's lease: its heartbeats do not reach the store",
    isOpen: () => lease.holds(),
    enter: (_effect, pass) => {
      lease.whenHeld(() => pass())
      return NOTHING
    },
  }
}

/**
 * While the lease was lost another worker may have taken the agent over, and ended what this one would begin: its stream is
 * read on first.
 */
function readOnGate(lease: Lease): Gate {
  return {
    name: 'read-on',
    reason: () => 'waits until what others did while the lease was lost has been read',
    isOpen: ({ known }) => known.lapses === lease.lapses,
    enter: ({ cell, known }, pass) => {
      const { lapses } = lease
      void cell.refresh().then(() => {
        known.lapses = lapses
        pass()
      })
      return NOTHING
    },
  }
}

/** Concurrency and rate of an effect's source, or of what it shares them with. */
function slotGate(slots: EffectSlots): Gate {
  return {
    name: 'slot',
    reason: ({ src }) => `waits for a slot of \`${src}\``,
    isOpen: ({ policy }) => policy.concurrency === undefined && policy.perSecond === undefined,
    enter: ({ cell, id, src, policy }, pass) => {
      // No name can be that of a source: `/` begins none.
      const limit = policy.limit ?? `/${cell.definition.name}/${src}`
      return slots.take(limit, { ...policy, taker: { stream: cell.stream, effect: id, src }, granted: pass })
    },
  }
}
