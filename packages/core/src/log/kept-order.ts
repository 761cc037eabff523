/** Whether the events of a log stand in the order in which the log had them that they are from: a note beside the log. */
import { isJsonObject } from '../json/json-value.js'
import { toPosition } from '../record/revision.js'
import type { Position } from '../record/revision.js'
import type { Registers } from '../store/port.js'

/**
 * `undefined`: nothing was ever brought here. `upTo`: a copy has brought everything up to there, in order, and nothing stood beside
 * it. `changed`: something was brought, and stands among other things or in another order.
 */
export type KeptOrder = { readonly upTo: Position } | 'changed' | undefined

const REGISTER = 'refold-brought'

export async function keptOrder(registers: Pick<Registers, 'get'>): Promise<KeptOrder> {
  const value = await registers.get(REGISTER)
  if (value === undefined) return undefined
  const upTo = isJsonObject(value) ? value['inOrderUpTo'] : undefined
  return typeof upTo === 'string' && /^\d+$/.test(upTo) ? { upTo: toPosition(BigInt(upTo)) } : 'changed'
}

export async function noteOrder(registers: Registers, order: NonNullable<KeptOrder>): Promise<void> {
  const known = await keptOrder(registers)
  const value = textOf(order)
  if (known === undefined || textOf(known) !== value) await registers.put(REGISTER, { inOrderUpTo: value })
}

function textOf(order: NonNullable<KeptOrder>): string | null {
  return order === 'changed' ? null : String(order.upTo)
}
