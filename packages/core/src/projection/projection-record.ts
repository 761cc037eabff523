/** A record as `evolve` sees it: what it does not look at is not parsed. */
import { addressOf, type AgentAddress } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import { changesIn } from '../history/follow-agents.js'
import { cursorOf } from '../history/log-cursor.js'
import { agentEvent } from '../history/stream-records.js'
import { isJsonObject } from '../json/json-value.js'
import type { AgentLog } from '../log/agent-log.js'
import type { AgentEvent } from '../public/events.js'
import type { Cursor, DirectoryChanges } from '../public/follow.js'
import type { ProjectionRecord } from '../public/projection.js'
import type { AgentTypes } from '../definition/agent-types.js'
import { recordHeader } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { ScannedEvent } from '../store/projection-port.js'

/** `undefined` for an event that is no record. Throws `UNREADABLE` for one that is damaged or still encoded. */
export function projectionRecord(log: Pick<AgentLog, 'upcast'>, event: ScannedEvent): ProjectionRecord | undefined {
  const { header: refold } = event
  const header = refold === undefined ? undefined : recordHeader({ id: event.id, metadata: { refold } })
  if (header === undefined) return undefined
  if ('codecs' in header)
    throw new RefoldError('UNREADABLE', `a record of ${event.stream} is encoded, and no codec is given`, {
      facts: { stream: event.stream, revision: event.revision },
      hint: 'Open the client with the codecs of those that write.',
    })
  return new LazyRecord(log, event, header)
}

/** A class, since there are very many. */
class LazyRecord implements ProjectionRecord {
  readonly #log: Pick<AgentLog, 'upcast'>
  readonly #scanned: ScannedEvent
  readonly #header: RecordHeader
  #event: AgentEvent<AgentTypes> | undefined

  constructor(log: Pick<AgentLog, 'upcast'>, scanned: ScannedEvent, header: RecordHeader) {
    this.#log = log
    this.#scanned = scanned
    this.#header = header
  }

  get agent(): AgentAddress {
    return addressOf(this.#scanned.stream)
  }

  get version(): number {
    const { agent } = this.#header
    return Number(agent.slice(agent.lastIndexOf('@') + 1))
  }

  get event(): AgentEvent<AgentTypes> {
    return (this.#event ??= agentEvent(this.#log, {
      event: this.#scanned,
      header: this.#header,
      emitted: this.#emitted,
    }))
  }

  get changes(): DirectoryChanges {
    return changesIn(this.#header)
  }

  get cursor(): Cursor {
    return cursorOf(this.#scanned)
  }

  get #emitted(): RecordHeader['body']['emit'] {
    return isJsonObject(this.#header.body as unknown as undefined) ? this.#header.body.emit : undefined
  }
}
