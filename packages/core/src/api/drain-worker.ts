/** A drain of a worker of another process, by way of the store: who asks for it, and the worker that meets the order. */
import { coded, requireMethods } from '../coded.js'
import { withoutUndefined } from '../json/without-undefined.js'
import { isOutOfReach, RefoldError } from '../errors.js'
import type { Store } from '../store/port.js'
import type { DrainOptions } from '../public/worker.js'
import type { Report } from '../public/report.js'
import { dropDrainOrder, orderDrain, takeDrainOrder } from '../runtime/liveness/drain-order.js'
import { FailureDetector } from '../runtime/liveness/failure-detector.js'
import { heartbeatRegister } from '../runtime/liveness/lease.js'
import { pause } from '../world/pause.js'
import { untilAborted } from '../world/until-aborted.js'
import { systemWorld } from '../world/system-world.js'
import type { World } from '../world/world.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { notesOf } from './agent-options.js'
import { requireOption } from '../check-members.js'
import { checkDrainWorkerOptions, DEFAULT_LEASE_MS } from './check-options.js'

/** How another worker is to hand over, and how long it is waited for. */
export interface DrainWorkerOptions extends DrainOptions {
  /** No one waits any more; the worker drains all the same. */
  readonly signal?: AbortSignal
  /** Default: the system's. */
  readonly world?: World
}

const LOOK_EVERY_MS = 100

/**
 * Asks a worker to drain, wherever it runs, and resolves when it has gone: it meets the order at its next heartbeat, drains as by
 * its own `drain`, and closes. Other workers take what it hands over; while there is none, it waits. The store stays open. Rejects with `NOT_FOUND` where no
 * worker of that id has begun, and with `TIMEOUT` when it says nothing for a lease: others take its agents then, and it drains if it comes back.
 *
 * @param worker its id, as records and the directory name it (`w1-…`)
 */
export async function drainWorker(store: Store, worker: string, options: DrainWorkerOptions = {}): Promise<void> {
  return coded({ name: 'drainWorker', takes: 2 }, [options], async () => {
    requireMethods(store?.registers, 'store.registers', ['get', 'put', 'remove'])
    requireOption(typeof worker === 'string', { path: 'worker', problem: 'must be the id of a worker' })
    checkDrainWorkerOptions(options)
    const { signal, world = systemWorld, ...how } = options
    const { registers } = store
    const order = async (): Promise<boolean> => {
      if ((await registers.get(heartbeatRegister(worker))) === undefined) throw unknownWorker(worker)
      if (signal?.aborted !== true) await orderDrain(registers, worker, { ...how, ...notesOf(how) })
      return true
    }
    if ((await untilAborted(order(), signal)) !== true) throw leftWith(worker, { signal, isOrdered: false })
    await untilGone(store, worker, { signal, world })
    await dropDrainOrder(registers, worker)
  })
}

async function untilGone(
  store: Store,
  worker: string,
  { signal, world }: { readonly signal: AbortSignal | undefined; readonly world: World },
): Promise<void> {
  const owners = new FailureDetector({ store, world, leaseMs: DEFAULT_LEASE_MS })
  for (;;) {
    const verdict = await untilAborted(lookAt(owners, worker), signal)
    if (verdict === 'gone' || verdict === 'dead') return
    if (verdict === 'silent')
      throw new RefoldError('TIMEOUT', `worker ${worker} has said nothing for a lease`, {
        hint: 'Other workers take its agents. If it comes back, it drains.',
        facts: { worker },
      })
    if (signal?.aborted === true) throw leftWith(worker, { signal, isOrdered: true })
    await pause(LOOK_EVERY_MS, world)
  }
}

function leftWith(
  worker: string,
  { signal, isOrdered }: { readonly signal: AbortSignal | undefined; readonly isOrdered: boolean },
): RefoldError {
  return new RefoldError('ABORTED', `worker ${worker} is not waited for any more`, {
    hint: isOrdered ? 'It drains all the same.' : 'The store has not answered: it may have been asked to drain.',
    cause: signal?.reason,
  })
}

/** The order is given: what the store does not answer now is no refusal. */
function lookAt(owners: FailureDetector, worker: string): ReturnType<FailureDetector['look']> {
  return owners.look(worker).catch((cause: unknown) => {
    if (!isOutOfReach(cause)) throw cause
    throw new RefoldError('STORE_UNKNOWN', `no one knows whether worker ${worker} has gone: ${cause.message}`, {
      hint: 'It was asked, and drains all the same. Ask again to wait for it.',
      facts: { worker },
      cause,
    })
  })
}

function unknownWorker(worker: string): RefoldError {
  return new RefoldError('NOT_FOUND', `no worker ${worker} has begun on this store`, {
    hint: 'Agents name their owners: `refold ls --json`.',
    facts: { worker },
  })
}

/** At a heartbeat: drains if someone asks for it, and says so. What cannot be read now is looked for at the next one. */
export async function meetDrainOrder(
  { store, worker, events }: Pick<WorkerRuntime, 'store' | 'worker' | 'events'>,
  drain: (order: DrainOptions) => Promise<unknown>,
): Promise<void> {
  try {
    const order = await takeDrainOrder(store.registers, worker)
    if (order === undefined) return
    const drained = drain(order)
    events.tell({ kind: 'report', report: drainReport(worker, order) })
    await drained
  } catch (error) {
    events.notice('warn', 'a drain that is asked for in the store could not be looked for, or not be ended', { error })
  }
}

function drainReport(worker: string, { by, reason }: DrainOptions): Report {
  const who = by === undefined ? 'as it was asked in the store' : `as ${by} asked`
  const message = `worker ${worker} drains ${who}${reason === undefined ? '' : `: ${reason}`}`
  return { code: 'DRAINED', message, facts: withoutUndefined({ worker, by, reason }) }
}
