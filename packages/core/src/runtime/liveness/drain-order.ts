/** A drain that is asked for in the store, of a worker that may run where no signal reaches it. It is met at a heartbeat, once. */
import { isJsonObject } from '../../json/json-value.js'
import type { JsonObject, JsonValue } from '../../json/json-value.js'
import { withoutUndefined } from '../../json/without-undefined.js'
import type { StoreServices } from '../../log/agent-log.js'
import type { DrainOptions } from '../../public/worker.js'

type Registers = StoreServices['registers']

/** For the worker to meet. A second one takes the place of the first. */
export async function orderDrain(
  registers: Registers,
  worker: string,
  { by, reason, deadlineMs, bodies }: DrainOptions,
): Promise<void> {
  const order: JsonObject = withoutUndefined({ by, reason, deadlineMs, bodies })
  await registers.put(orderRegister(worker), order)
}

/** What the worker is to do, which is known to no one any more then; `undefined`: no one asks. */
export async function takeDrainOrder(registers: Registers, worker: string): Promise<DrainOptions | undefined> {
  const found = await registers.get(orderRegister(worker))
  if (found === undefined) return undefined
  await registers.remove(orderRegister(worker))
  return orderIn(found)
}

/** The worker has gone: no one will meet the order. */
export async function dropDrainOrder(registers: Registers, worker: string): Promise<void> {
  await registers.remove(orderRegister(worker))
}

function orderRegister(worker: string): string {
  return `drain-${worker}`
}

/** Whatever else stands there: it was written for a drain. */
function orderIn(found: JsonValue): DrainOptions {
  const { by, reason, deadlineMs, bodies } = isJsonObject(found) ? found : {}
  return withoutUndefined({
    by: typeof by === 'string' ? by : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
    deadlineMs: typeof deadlineMs === 'number' ? deadlineMs : undefined,
    bodies: bodies === 'abort' || bodies === 'finish' ? bodies : undefined,
  })
}
