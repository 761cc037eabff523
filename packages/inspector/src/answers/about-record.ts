/** What a record is about, in a few words: for rows of tables. */
import { nameOf } from '../fleet/worker-name.js'
import type { ChainRecord, HistoryRecord } from '@refold/core/history'

/** The effect, the timer, the agent that a message is from, the error. */
export function aboutRecord(record: HistoryRecord): string {
  const { effect, timer, from } = record as unknown as Loose
  const { src, error, code, message, step, event, resolution, worker, why } = dataOf(record)
  const parts = [
    effect === undefined ? undefined : `${src ?? 'effect'} (${effect})`,
    timer,
    from === undefined ? undefined : `from ${from.name}-${from.id}`,
    whereText(record),
    step,
    event,
    resolution,
    worker === undefined ? undefined : nameOf(worker),
    why,
    error,
    code === undefined ? undefined : `${code}: ${message ?? ''}`,
    record.deferred === true ? 'kept' : undefined,
    record.late === true ? 'late' : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

/** What a fork goes on from, the versions of a migration, and to whom the message was of which something is told. */
function whereText({ kind, data }: HistoryRecord): string | undefined {
  if (kind === 'event' || kind === 'message' || typeof data !== 'object' || data === null) return undefined
  const { from, to, revision } = data as { readonly from?: unknown; readonly to?: unknown; readonly revision?: unknown }
  if (kind === 'migrated') return `version ${String(from)} to ${String(to)}`
  if (kind === 'forked') return `from ${addressText(from) ?? '?'}@${String(revision)}`
  const receiver = addressText(to)
  return receiver === undefined ? undefined : `to ${receiver}`
}

function addressText(address: unknown): string | undefined {
  if (typeof address !== 'object' || address === null) return undefined
  const { name, id } = address as { readonly name?: unknown; readonly id?: unknown }
  return typeof name === 'string' && typeof id === 'string' ? `${name}-${id}` : undefined
}

/** A damaged record may have anything there. */
interface Loose {
  readonly effect?: string
  readonly timer?: string
  readonly from?: { readonly name: string; readonly id: string }
}

/** Texts in the payload of a record that is Refold's own; that of an outside event says what its sender likes. */
function dataOf({ kind, data }: HistoryRecord): { readonly [member: string]: string | undefined } {
  if (kind === 'event' || kind === 'message' || typeof data !== 'object' || data === null) return {}
  const members = Object.entries(data as object).map(([key, value]: [string, unknown]) => {
    return [key, typeof value === 'string' ? value : errorText(value)] as const
  })
  return Object.fromEntries(members)
}

/** `TypeError: no such address`. */
export function errorText(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown }
  return typeof message === 'string' ? `${typeof name === 'string' ? name : 'Error'}: ${message}` : undefined
}

/** What changed with it for those who look from outside: its states, its status, its condition. */
export function becomes({ status, active, condition }: Pick<HistoryRecord, 'status' | 'active' | 'condition'>): string {
  const ends = status === undefined || status === 'active' ? undefined : status
  return [active?.join(' '), ends, condition === 'running' && active !== undefined ? undefined : condition]
    .filter((part) => part !== undefined && part !== '')
    .join(', ')
}

/** The person, with the reason. */
export function whoText({ by, reason }: Pick<ChainRecord, 'by' | 'reason'>): string {
  return [by, reason === undefined ? undefined : `(${reason})`].filter((part) => part !== undefined).join(' ')
}
