/** What asks for a chart that may be on its way: it is stored right behind the first record that names it. */
import { isRefoldError } from '../errors.js'
import { headerOf } from '../record/header.js'
import type { StoredEvent } from '../store/port.js'
import { pause } from '../world/pause.js'
import { untilAborted } from '../world/until-aborted.js'
import type { World } from '../world/world.js'

/** Of a record that is older the chart is not on its way any more. */
const NEW_MS = 10_000
const LOOK_AGAIN_MS = 100

export interface LateChartOptions extends Pick<World, 'clock'> {
  readonly signal?: AbortSignal | undefined
}

/** Asked again while it rejects with `NOT_FOUND` and the record is new. */
export async function withLateChart<T>(
  { metadata }: Pick<StoredEvent, 'metadata'>,
  ask: () => Promise<T>,
  { clock, signal }: LateChartOptions,
): Promise<T> {
  const until = Math.min(headerOf(metadata)?.at ?? 0, clock.now()) + NEW_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isRefoldError(error, 'NOT_FOUND') || signal?.aborted === true || clock.now() > until) throw error
    }
    await untilAborted(pause(LOOK_AGAIN_MS, { clock }), signal)
  }
}
