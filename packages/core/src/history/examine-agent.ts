/** Whether one agent can be used: its records are all there, of one history, and fold. */
import { withCode } from '../errors.js'
import type { RefoldError } from '../errors.js'
import type { AgentReader } from '../log/agent-log.js'
import { OLDER_FORMAT } from '../record/check-state.js'
import { Folder } from '../record/fold.js'
import { headerOf } from '../record/header.js'
import type { StoredEvent } from '../store/port.js'
import { assertNotClosed, ofAway } from './examined.js'
import type { ExaminedFinding } from './examined.js'
import { addRecord, checkFolded } from './fold-record.js'
import { counted } from '../world/counted.js'

/** Whether all of its records are of one history, and fold to a state that an agent can be in. */
export async function examineAgent(
  reader: Pick<AgentReader, 'read'>,
  { stream, records }: { readonly stream: string; readonly records: number },
): Promise<readonly ExaminedFinding[]> {
  const folder = new Folder()
  let [read, foreign] = [0, 0]
  const left = (): number => Math.max(0, records - read) // others append meanwhile
  let first: string | undefined
  let last: StoredEvent | undefined
  try {
    for await (const page of reader.read(stream))
      for (const event of page) {
        last = event
        if (Number(event.revision) !== read) return [ofGap(event, { revision: read, lost: left() })]
        const isForeign = addRecord(folder, event) === 'foreign'
        if (isForeign) foreign++
        else {
          const life = lifeOf(event)
          first ??= event.id
          if (life !== undefined && life !== first) return [ofAnotherLife(event, left())]
        }
        read++
      }
    if (last === undefined) return records === 0 ? [] : [ofHidden(stream, records)]
    checkFolded(folder.result(), last)
  } catch (error) {
    const coded = withCode(assertNotClosed(error), `reading ${stream}`)
    return [ofAway(coded, stream) ?? unusable(coded, { stream, revision: read, lost: left() })]
  }
  return foreign === 0 ? [] : [ofOthers(stream, foreign)]
}

/** The record that began the agent which this one is of. */
function lifeOf({ metadata }: StoredEvent): string | undefined {
  const { $correlationId } = metadata as { readonly $correlationId?: unknown }
  return headerOf(metadata) !== undefined && typeof $correlationId === 'string' ? $correlationId : undefined
}

function ofGap(
  { stream, revision }: StoredEvent,
  { revision: from, lost }: { readonly revision: number; readonly lost: number },
): ExaminedFinding {
  const to = Number(revision) - 1
  const gone = from === to ? `record ${from} is gone` : `the records ${from} to ${to} are gone`
  const message = to >= from ? gone : `record ${revision} stands in the place of record ${from}`
  const remedy = 'Put the store back from a backup: a state is made of all records before it.'
  return { trouble: 'GAP', kind: 'wrong', stream, revision: from, lost, message, remedy }
}

function ofAnotherLife({ stream, revision }: StoredEvent, lost: number): ExaminedFinding {
  return {
    trouble: 'LINEAGE',
    kind: 'wrong',
    stream,
    revision: Number(revision),
    lost,
    message: `record ${revision} is of another agent of this name`,
    remedy: 'Two histories were mixed: put the store back from a backup.',
  }
}

interface Place {
  readonly stream: string
  readonly revision: number
  readonly lost: number
}

function unusable(error: RefoldError, place: Place): ExaminedFinding {
  const { message, hint } = error
  if ('codec' in error.facts)
    return {
      trouble: 'ENCODED',
      kind: 'note',
      ...place,
      message,
      remedy: 'Name the configuration that has its codecs, and look again.',
    }
  const trouble = error.code === 'NEWER_FORMAT' ? 'NEWER_FORMAT' : 'UNREADABLE'
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  const remedy =
    trouble === 'NEWER_FORMAT'
      ? hint
      : `Put the store back from a backup, or go on with another id. The states before it can be shown. ${OLDER_FORMAT}`
  return {
    trouble,
    kind: 'wrong',
    ...place,
    message: message + cause,
    ...(remedy === undefined ? undefined : { remedy }),
  }
}

/** The log has them, and a server that was told to shows them in their stream no more: for good, if that was meant. */
function ofHidden(stream: string, lost: number): ExaminedFinding {
  return {
    trouble: 'GAP',
    kind: 'note',
    stream,
    revision: 0,
    lost,
    message: `its stream shows none of its ${counted(lost, 'record')}: it was deleted, or settings of the stream in the server hide them`,
    remedy:
      'Where that was not meant, take back $tb, $maxAge and $maxCount in the metadata of the stream before the server is scavenged.',
  }
}

function ofOthers(stream: string, foreign: number): ExaminedFinding {
  return {
    trouble: 'FOREIGN',
    kind: 'note',
    stream,
    message: `${counted(foreign, 'event')} in its stream of another program; nothing is changed by that`,
  }
}
