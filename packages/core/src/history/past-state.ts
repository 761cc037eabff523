/** Time travel: the state at a point of an agent's history, and what changed between two. Looking never writes. */
import { RefoldError } from '../errors.js'
import { diff } from '../json/diff.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { Folder } from '../record/fold.js'
import { addRecord, checkFolded } from './fold-record.js'
import { headerOf } from '../record/header.js'
import { FIRST_REVISION } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { Moment } from '../public/agent.js'
import type { AgentLog } from '../log/agent-log.js'
import { momentOf, noSuchMoment } from './moments.js'

export interface PastState {
  readonly state: StateDocument
  readonly revision: Revision
  /** Of the record there: its event id, and its `at`. */
  readonly id: string
  readonly at: number
}

/** Folds up to a revision, to the newest record at or before a time, or to the end. Throws `NOT_FOUND` when there was none yet, `INVALID_INPUT` for no moment, `UNREADABLE` for damaged records. */
export async function stateAt(log: AgentLog, stream: string, given?: Moment): Promise<PastState> {
  const moment = given === undefined ? undefined : momentOf(given)
  const folder = new Folder(undefined)
  let revision: Revision | undefined
  let [id, at] = ['', 0]
  outer: for await (const page of log.read(stream)) {
    for (const event of page) {
      if (typeof moment === 'bigint') {
        if (event.revision > moment) break outer
      } else if (moment !== undefined && (headerOf(event.metadata)?.at ?? Number.NEGATIVE_INFINITY) > moment.at)
        break outer
      addRecord(folder, event)
      revision = event.revision
      id = event.id
      at = headerOf(event.metadata)?.at ?? at
    }
  }
  const beyond = typeof moment === 'bigint' && revision !== moment
  if (revision === undefined || beyond) {
    throw noSuchMoment(stream, { moment: moment ?? FIRST_REVISION, last: revision })
  }
  const state = folder.result()
  if (state === undefined)
    throw new RefoldError('NOT_FOUND', `${stream} holds no record of an agent`, { facts: { stream } })
  checkFolded(state, { stream, revision })
  return { state, revision, id, at }
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
