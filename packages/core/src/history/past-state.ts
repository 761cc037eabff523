/** Time travel: the state at a point of an agent's history, and what changed between two. Looking never writes. */
import { RefoldError } from '../errors.js'
import { diff } from '../json/diff.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { Folder } from '../record/fold.js'
import { addRecord, checkFolded } from './fold-record.js'
import { headerOf } from '../record/header.js'
import { toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { Moment } from '../public/agent.js'
import type { AgentLog } from '../log/agent-log.js'

export interface PastState {
  readonly state: StateDocument
  readonly revision: Revision
}

/** The last moment that a date can say, epoch milliseconds. */
const MAX_TIME_MS = 8.64e15

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

/** Folds up to a revision, or to the newest record at or before a time. Throws `NOT_FOUND` when there was none yet, `INVALID_INPUT` for no moment, `UNREADABLE` for damaged records. */
export async function stateAt(log: AgentLog, stream: string, given: Moment): Promise<PastState> {
  const moment = momentOf(given)
  const folder = new Folder(undefined)
  let revision: Revision | undefined
  outer: for await (const page of log.read(stream)) {
    for (const event of page) {
      if (typeof moment === 'bigint') {
        if (event.revision > moment) break outer
      } else if ((headerOf(event.metadata)?.at ?? Number.NEGATIVE_INFINITY) > moment.at) break outer
      addRecord(folder, event)
      revision = event.revision
    }
  }
  const beyond = typeof moment === 'bigint' && revision !== moment
  if (revision === undefined || beyond) {
    const what =
      typeof moment === 'bigint' ? `revision ${moment}` : `record at or before ${new Date(moment.at).toISOString()}`
    throw new RefoldError('NOT_FOUND', `${stream} has no ${what}`, {
      facts: { stream, head: revision },
      hint: revision === undefined ? 'Is the agent started?' : `Its last revision is ${revision}.`,
    })
  }
  const state = folder.result()
  if (state === undefined)
    throw new RefoldError('NOT_FOUND', `${stream} holds no record of an agent`, { facts: { stream } })
  checkFolded(state, { stream, revision })
  return { state, revision }
}

/** The patch (RFC 6902) from the state document of one moment to that of another, in either direction of time. */
export async function diffBetween(
  log: AgentLog,
  stream: string,
  moments: { readonly from: Moment; readonly to: Moment },
): Promise<readonly PatchOperation[]> {
  const from = await stateAt(log, stream, moments.from)
  const to = await stateAt(log, stream, moments.to)
  return diff(from.state as unknown as JsonValue, to.state as unknown as JsonValue, { path: '' })
}
