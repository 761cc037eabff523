/** What every service works with. */
import type { Access } from '../network/access.js'
import type { EventLog } from '../log/event-log.js'
import type { Groups } from '../persistent/groups.js'

export interface ServiceContext {
  readonly log: EventLog
  readonly access: Access
  readonly groups: Groups
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
  /** Bytes that one append may have. */
  readonly maxAppendBytes: number
}
