/** The report of a line for slots that does not move. */
import type { RuntimeEvent } from '../../public/runtime-event.js'
import type { Standstill, Taker } from './slots.js'

/** Named in a report. */
const MOST_NAMED = 10

/** No slot comes free: perhaps a body waits for what waits for its slot. */
export function standstillReport({ afterMs, waiting, held }: Standstill): RuntimeEvent {
  const streamsOf = (takers: readonly Taker[]): readonly string[] =>
    [...new Set(takers.map(({ stream }) => stream))].slice(0, MOST_NAMED)
  const sources = [...new Set(waiting.map(({ src }) => src))].join(', ')
  const holders = streamsOf(held).join(', ')
  const message = `no slot of ${sources} has come free for ${afterMs} ms, and ${waiting.length} wait: held by ${holders}. A body that waits for one of them waits for ever`
  return {
    kind: 'report',
    report: { code: 'SLOTS_HELD', message, facts: { waiting: streamsOf(waiting), held: streamsOf(held) } },
  }
}
