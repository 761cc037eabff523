/** What is asked of a consumer by its name, and what it is told, in any process. */
import { checkOptions } from '../option-values.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { lagBehind } from '../history/lag.js'
import type { AgentLog, StoreServices } from '../log/agent-log.js'
import type { ConsumerNotes, ConsumerStatus } from '../public/consumer.js'
import type { Lag } from '../public/follow.js'
import type { ConsumerLog } from '../runtime/consumers/consumer-log.js'
import type { ConsumerState, Place } from '../runtime/consumers/consumer-state.js'
import { markNow, startAt } from '../runtime/consumers/first-place.js'
import type { World } from '../world/world.js'
import { NOTES, notesOf } from './agent-options.js'

/** Keys that one event names. */
const MOST_KEYS = 1_000

export interface StatusSource {
  readonly state: ConsumerState
  readonly log: AgentLog
  readonly world: Pick<World, 'clock'>
  readonly registers: StoreServices['registers']
}

export async function consumerStatus(
  name: string,
  { state, log, world, registers }: StatusSource,
): Promise<ConsumerStatus> {
  const { owner, epoch, agents, parkedCount } = state
  const { place } = await markNow(state, { name, registers })
  const lag = await lagAt(place, { log, world, agents })
  return {
    name,
    ...(owner === undefined ? undefined : { owner }),
    epoch,
    ...(agents === undefined ? undefined : { agents }),
    ...(typeof place === 'string' && place !== 'start' ? { checkpoint: place } : undefined),
    parked: parkedCount,
    ...(lag === undefined ? undefined : { lag }),
  }
}

/** `undefined`: the log does not hold the place. */
async function lagAt(
  place: Place,
  { log, world, agents }: Pick<StatusSource, 'log' | 'world'> & { readonly agents: readonly string[] | undefined },
): Promise<Lag | undefined> {
  try {
    const { after } = await startAt(log, place)
    return await lagBehind(log, {
      after,
      names: agents === undefined ? undefined : new Set(agents),
      now: world.clock.now(),
    })
  } catch (error) {
    if (isRefoldError(error, 'CURSOR_LOST')) return undefined
    throw error
  }
}

export interface ConsumerCommand {
  readonly type: 'retried' | 'skipped'
  readonly keys: readonly string[] | 'all'
  readonly notes: ConsumerNotes
}

/** The keys that it was stored for. Rejects with `NOT_FOUND` for one that is not parked, and stores nothing then. */
export async function commandConsumer(
  own: ConsumerLog,
  { type, keys, notes }: ConsumerCommand,
): Promise<readonly string[]> {
  checkOptions(notes, NOTES)
  const { by, reason } = notesOf(notes)
  const asked = keys === 'all' ? own.state.parked.map(({ key }) => key) : checkedKeys(keys)
  for (const key of asked) if (!own.state.isParked(key)) throw notParked(own.name, key)
  for (let at = 0; at < asked.length; at += MOST_KEYS) {
    const some = asked.slice(at, at + MOST_KEYS)
    await own.store((state) => ({ type, keys: some.filter((key) => state.isParked(key)), by, reason }))
  }
  return asked
}

function checkedKeys(keys: unknown): readonly string[] {
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string')) return [...new Set(keys)]
  throw new RefoldError('INVALID_INPUT', "keys must be a list of keys, or 'all'")
}

function notParked(name: string, key: string): RefoldError {
  return new RefoldError('NOT_FOUND', `consumer ${name} has no parked record ${JSON.stringify(key)}`, {
    hint: '`client.consumer(name).parked()` and `refold parked` list those that there are.',
    facts: { consumer: name, key },
  })
}
