/** Points of a history, as they come from outside. */
import { RefoldError } from '../errors.js'
import type { Moment } from '../public/agent.js'
import { toRevision } from '../record/revision.js'
import { MAX_TIME_MS } from '../world/time-text.js'

/** A moment as it came from outside: an integer is taken for a revision. Throws `INVALID_INPUT` for anything else. */
export function momentOf(given: unknown): Moment {
  if (typeof given === 'bigint' || Number.isSafeInteger(given)) return toRevision(given as bigint | number)
  if (typeof given !== 'object' || given === null || !('at' in given)) throw noMoment(given)
  const { at } = given
  if (typeof at !== 'number' || !(Math.abs(at) <= MAX_TIME_MS)) throw noMoment(given)
  return { at }
}

/** What is told to those who name no point of a history. */
function noMoment(given: unknown): RefoldError {
  return new RefoldError('INVALID_INPUT', 'this names no point of a history', {
    hint: 'Give a revision, or `{ at }` with epoch milliseconds where a time will do.',
    facts: { given },
  })
}

/** A point that is not there, and what is: the last revision, and when the first record came. */
export interface NoSuchMoment {
  readonly moment: Moment
  readonly last: number | bigint | undefined
  readonly began?: number | undefined
}

/** What is told where a history has no such point: no record at it, or none before it. */
export function noSuchMoment(stream: string, { moment, last, began }: NoSuchMoment): RefoldError {
  const isRevision = typeof moment === 'bigint'
  const what = isRevision ? `revision ${moment}` : `record at or before ${new Date(moment.at).toISOString()}`
  const start = began === undefined ? 'Is the agent started?' : `It began at ${new Date(began).toISOString()}.`
  const hint = last === undefined || (!isRevision && began !== undefined) ? start : `Its last revision is ${last}.`
  return new RefoldError('NOT_FOUND', `${stream} has no ${what}`, { facts: { stream, head: last }, hint })
}

/** What is told where a source has no records of such an agent. */
export function noSuchAgent(stream: string): RefoldError {
  return new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, {
    hint: 'Name it by its stream, `<definition>-<id>`, and look whether it is in this store or file.',
    facts: { stream },
  })
}
