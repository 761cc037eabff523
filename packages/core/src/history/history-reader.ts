/** What histories read a source by. */
import { checkCodecs } from '../definition/check-codecs.js'
import type { RefoldError } from '../errors.js'
import { agentReader, replayOf } from '../log/agent-log.js'
import type { AgentReader } from '../log/agent-log.js'
import type { StoredEvent } from '../store/port.js'
import type { HistoryOptions, HistorySource } from './history-types.js'

/** Why events could not be decoded, as far as they were read. */
export type Unread = WeakMap<StoredEvent, RefoldError>

/** A reader that gives what it cannot decode as it is stored, and why. */
export interface HistoryReader {
  readonly reader: AgentReader
  readonly unread: Unread
  /** Of a source that can, where no codec stands before it. */
  readonly replay: ReturnType<typeof replayOf>
  readonly hideSecrets: boolean
}

/** Reads a source for histories. */
export function historyReader(
  source: HistorySource,
  { hideSecrets = false, ...options }: HistoryOptions,
): HistoryReader {
  checkCodecs(options)
  const unread: Unread = new WeakMap()
  const onUnreadable = (event: StoredEvent, error: RefoldError): unknown => unread.set(event, error)
  return {
    reader: agentReader(source, { ...options, onUnreadable }),
    unread,
    replay: replayOf(source, options),
    hideSecrets: hideSecrets && source.isRedacted !== true,
  }
}
