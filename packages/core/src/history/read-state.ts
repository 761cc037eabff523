/** The state of an agent at one point, for those who ask nothing else of its history: nothing of the history is kept. */
import { checkCodecs } from '../definition/check-codecs.js'
import { checkOptions, optionRule } from '../option-values.js'
import { streamOfAddress } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { JsonValue } from '../json/json-value.js'
import { coded } from '../coded.js'
import { agentReader, replayOf } from '../log/agent-log.js'
import type { StateDocument } from '../record/state-document.js'
import { historyState } from './history-point.js'
import type { HistoryState } from './history-point.js'
import type { HistoryMoment, HistoryOptions, HistorySource } from './history-types.js'
import { MAX_TIME_MS } from '../world/time-text.js'
import { momentOf, noSuchAgent } from './moments.js'
import { NotedSecrets } from './noted-secrets.js'
import { stateAt } from './past-state.js'
import { requireSource } from './require-source.js'

/** Of `readState`. Upcasters change no state: they may stand here, so that one object serves for `openHistory` too. */
export interface ReadStateOptions extends HistoryOptions {
  /** Default: the newest. */
  readonly at?: HistoryMoment
}

const { any, flag } = optionRule

/**
 * What an agent was at one point, as `openHistory` tells it, without reading the history around it: in a store that can replay a
 * long stream costs little. Rejects with `NOT_FOUND` for an agent or a point that is not there, `INVALID_INPUT`, and
 * `UNREADABLE` or `NEWER_FORMAT` where a record before the point cannot be folded.
 */
export async function readState(
  source: HistorySource,
  agent: string | AgentAddress,
  given: ReadStateOptions = {},
): Promise<HistoryState> {
  return coded({ name: 'readState', takes: 2 }, [source, agent, given], async () => {
    requireSource(source)
    const { at = { at: MAX_TIME_MS }, hideSecrets = false, ...options } = given
    checkOptions(given, { at: any, codecs: any, upcasters: any, hideSecrets: flag }) // a mistyped one would show secrets
    checkCodecs(options)
    const stream = typeof agent === 'string' ? agent : streamOfAddress(agent)
    const moment = momentOf(at)
    const reader = agentReader(source, options)
    if (!(await hasEvents(source, stream))) throw noSuchAgent(stream)
    const past = await stateAt({ read: reader.read, replay: replayOf(source, options) }, stream, moment)
    const place = { revision: Number(past.revision), at: past.at }
    if (!hideSecrets || source.isRedacted === true || past.state.agent.hasSecrets !== true)
      return historyState(past.state, place)
    const secrets = await NotedSecrets.of(reader, [stream])
    const shown = secrets.hide(past.state as unknown as JsonValue) as unknown as StateDocument
    return historyState(past.state, { ...place, shown })
  })
}

async function hasEvents(source: HistorySource, stream: string): Promise<boolean> {
  for await (const page of source.read(stream, { limit: 1 })) if (page.length > 0) return true
  return false
}
