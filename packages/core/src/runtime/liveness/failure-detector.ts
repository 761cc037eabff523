/**
 * What this worker believes of other workers.
 *
 * Invariants: an owner counts as dead only when an operating-system lock proves it, when it said goodbye, or when its
 * heartbeat register stood still for a full lease by *this* process's own monotonic clock, all of which its own heartbeats
 * reached the store: where they did not, those of others could not either.
 */
import type { JsonValue } from '../../json/json-value.js'
import type { StoreServices } from '../../log/agent-log.js'
import type { World } from '../../world/world.js'
import { heartbeatRegister } from './lease.js'
import type { Lease } from './lease.js'

/** `gone`: on purpose. `dead`: proven so. `silent`: for a full lease. */
export type Verdict = 'alive' | 'gone' | 'dead' | 'silent'

export interface FailureDetectorOptions {
  readonly store: Pick<StoreServices, 'registers' | 'presence'>
  readonly world: World
  /** Used for an owner whose own lease is not known. */
  readonly leaseMs: number
  /** Of this worker; absent: it has none. */
  readonly lease?: Pick<Lease, 'heldSince'>
}

/** Workers that are remembered: of those that fell silent nothing more comes. */
const MOST_REMEMBERED = 10_000

interface Observation {
  readonly beat: string
  readonly since: number
  readonly leaseMs: number
}

export class FailureDetector {
  readonly #options: FailureDetectorOptions
  readonly #observed = new Map<string, Observation>()
  /** Proven dead, or gone on purpose: such an id never comes back. Silence alone is judged again at every look. */
  readonly #gone = new Map<string, Verdict>()

  constructor(options: FailureDetectorOptions) {
    this.#options = options
  }

  /** Looks once. Ask again, at least every heartbeat, while the answer is `alive`. */
  async look(owner: string): Promise<Verdict> {
    const proven = await this.lookAtLock(owner)
    if (proven !== 'alive') return proven
    const { store } = this.#options
    const register = await store.registers.get(heartbeatRegister(owner))
    if (isClosed(register)) return this.#bury(owner, 'gone')
    return this.#judge(owner, register)
  }

  /** Whether no heartbeat was seen for a lease: the next look tells whether there was none. */
  isOverdue(owner: string): boolean {
    const observed = this.#observed.get(owner)
    return observed !== undefined && this.#isSilent(observed)
  }

  /** The same by what the operating system says alone, which is quick and says nothing of another machine. */
  async lookAtLock(owner: string): Promise<Verdict> {
    const known = this.#gone.get(owner)
    if (known !== undefined) return known
    if ((await this.#options.store.presence?.provenDead(owner)) !== true) return 'alive'
    return this.#bury(owner, await this.#saidGoodbye(owner))
  }

  #judge(owner: string, register: JsonValue | undefined): Verdict {
    const now = this.#options.world.clock.monotonicNow()
    const beat = JSON.stringify(register ?? null)
    const before = this.#observed.get(owner)
    if (before === undefined || before.beat !== beat) {
      if (this.#observed.size >= MOST_REMEMBERED) this.#observed.clear() // each is silent only after another lease
      this.#observed.set(owner, { beat, since: now, leaseMs: leaseOf(register) ?? this.#options.leaseMs })
      return 'alive'
    }
    return this.#isSilent(before) ? 'silent' : 'alive'
  }

  #isSilent({ since, leaseMs }: Observation): boolean {
    const { world, lease } = this.#options
    const heldSince = lease === undefined ? since : lease.heldSince
    return heldSince !== undefined && world.clock.monotonicNow() - Math.max(since, heldSince) >= leaseMs
  }

  async #saidGoodbye(owner: string): Promise<Verdict> {
    return isClosed(await this.#options.store.registers.get(heartbeatRegister(owner))) ? 'gone' : 'dead'
  }

  #bury(owner: string, verdict: Verdict): Verdict {
    this.#observed.delete(owner)
    if (this.#gone.size >= MOST_REMEMBERED) this.#gone.clear()
    this.#gone.set(owner, verdict)
    return verdict
  }
}

function isClosed(register: JsonValue | undefined): boolean {
  return typeof register === 'object' && register !== null && 'closed' in register
}

function leaseOf(register: JsonValue | undefined): number | undefined {
  if (typeof register !== 'object' || register === null || !('leaseMs' in register)) return undefined
  return typeof register.leaseMs === 'number' ? register.leaseMs : undefined
}
