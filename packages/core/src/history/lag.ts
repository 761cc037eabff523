/** How many records wait behind a place in the log: counted by reading, since only some stores number their events without gaps. */
import { addressOf } from '../definition/agent-address.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Lag } from '../public/follow.js'
import { recordHeader } from '../record/header.js'
import type { Position } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'

const MOST_READ = 10_000

export interface LagQuestion {
  readonly after: Position | undefined
  /** Of definitions; `undefined`: all. */
  readonly names: ReadonlySet<string> | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** Headers are readable without a key, so nothing is decoded. */
export async function lagBehind(log: Pick<AgentLog, 'readAll'>, { after, names, now }: LagQuestion): Promise<Lag> {
  let [read, records] = [0, 0]
  let ms: number | undefined
  for await (const page of log.readAll({ after, limit: MOST_READ })) {
    read += page.length
    for (const event of page) {
      if (names !== undefined && !names.has(addressOf(event.stream).name)) continue
      const at = timeOf(event)
      if (at === undefined) continue
      records++
      if (at !== 'damaged') ms ??= Math.max(0, now - at)
    }
  }
  return { records, ...(read >= MOST_READ ? { atLeast: true } : undefined), ms: ms ?? 0 }
}

/** A damaged record waits, too. `undefined`: it is no record. */
function timeOf(event: StoredEvent): number | 'damaged' | undefined {
  try {
    return recordHeader(event)?.at
  } catch {
    return 'damaged'
  }
}
