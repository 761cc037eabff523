/** Points of a history, as they come from outside. */
import { RefoldError } from '../errors.js'
import type { Moment } from '../public/agent.js'
import { toRevision } from '../record/revision.js'

/** The last moment that a date can say, epoch milliseconds. */
export const MAX_TIME_MS = 8.64e15

/** A moment as it came from outside: an integer is taken for a revision. Throws `INVALID_INPUT` for anything else. */
export function momentOf(given: unknown): Moment {
  if (typeof given === 'bigint' || Number.isSafeInteger(given)) return toRevision(given as bigint | number)
  if (typeof given !== 'object' || given === null || !('at' in given)) throw noMoment(given)
  const { at } = given
  if (typeof at !== 'number' || !(Math.abs(at) <= MAX_TIME_MS)) throw noMoment(given)
  return { at }
}

/** What is told to those who name no point of a history. */
export function noMoment(given: unknown): RefoldError {
  return new RefoldError('INVALID_INPUT', 'this names no point of a history', {
    hint: 'Give a revision, or `{ at }` with epoch milliseconds where a time will do.',
    facts: { given },
  })
}

/** What is told where a history has no such point: no record at it, or none before it. */
export function noSuchMoment(
  stream: string,
  { moment, last }: { readonly moment: Moment; readonly last: number | bigint | undefined },
): RefoldError {
  const what =
    typeof moment === 'bigint' ? `revision ${moment}` : `record at or before ${new Date(moment.at).toISOString()}`
  return new RefoldError('NOT_FOUND', `${stream} has no ${what}`, {
    facts: { stream, head: last },
    hint: last === undefined ? 'Is the agent started?' : `Its last revision is ${last}.`,
  })
}

/** What is told where a source has no records of such an agent. */
export function noSuchAgent(stream: string): RefoldError {
  return new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, {
    hint: 'Name it by its stream, `<definition>-<id>`, and look whether it is in this store or file.',
    facts: { stream },
  })
}
