/** Takes the records of a page into documents, up to the first at which the user's code fails. */
import { RefoldError } from '../errors.js'
import { jsonOf } from '../json/to-json.js'
import type { AgentLog } from '../log/agent-log.js'
import type { ProjectionRecord } from '../public/projection.js'
import type { ScannedEvent } from '../store/projection-port.js'
import type { ProjectionInternals } from './define-projection.js'
import type { Documents } from './documents.js'
import { projectionRecord } from './projection-record.js'
import { isPromised } from '../world/is-promised.js'

export interface EvolvedPage {
  /** Records that were taken. */
  readonly taken: number
  /** At which event it stands still, and why. What came before it was taken. */
  readonly failure?: { readonly at: number; readonly error: unknown }
}

export interface EvolvedWith {
  readonly log: Pick<AgentLog, 'upcast'>
  readonly definition: ProjectionInternals
  readonly documents: Documents
}

export async function evolvePage(
  events: readonly ScannedEvent[],
  { log, definition, documents }: EvolvedWith,
): Promise<EvolvedPage> {
  const { records, keys, failure } = keyed(events, { log, definition })
  await documents.load(new Set(keys.filter((key) => key !== undefined)))
  let taken = 0
  for (const [at, record] of records.entries()) {
    const key = keys[at]
    if (record === undefined) continue
    taken++
    if (key === undefined) continue
    try {
      const known = documents.get(key)
      const next: unknown = definition.evolve(known === undefined ? definition.initial : known, record)
      documents.put(key, next === undefined ? undefined : jsonOf(next))
    } catch (error) {
      return { taken: taken - 1, failure: { at, error } }
    }
  }
  return failure === undefined ? { taken } : { taken, failure }
}

interface Keyed {
  /** As many as were looked at; `undefined`: the event is no record. */
  readonly records: ReadonlyArray<ProjectionRecord | undefined>
  readonly keys: ReadonlyArray<string | undefined>
  readonly failure?: EvolvedPage['failure']
}

function keyed(events: readonly ScannedEvent[], { log, definition }: Omit<EvolvedWith, 'documents'>): Keyed {
  const records: (ProjectionRecord | undefined)[] = []
  const keys: (string | undefined)[] = []
  for (const [at, event] of events.entries()) {
    try {
      const record = projectionRecord(log, event)
      keys.push(record && keyOf(definition.key(record)))
      records.push(record)
    } catch (error) {
      return { records, keys, failure: { at, error } }
    }
  }
  return { records, keys }
}

/** What no database keeps as it is: a NUL, half of a pair. */
const NO_KEY = /[\0\p{Surrogate}]/u

function keyOf(key: unknown): string | undefined {
  if (key === undefined || (typeof key === 'string' && key !== '' && !NO_KEY.test(key))) return key
  isPromised(key)
  throw new RefoldError('INVALID_INPUT', `\`key\` gave ${JSON.stringify(key) ?? typeof key}, which is no key`, {
    hint: 'A key is a text that is not empty; `undefined` passes the record over.',
  })
}
