/** How many records wait behind a place in the log: counted by reading, since only some stores number their events without gaps. */
import { addressOf } from '../definition/agent-address.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Lag } from '../public/follow.js'
import { headerOf } from '../record/header.js'
import type { Position } from '../record/revision.js'

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
  let [read, records, ms] = [0, 0, 0]
  for await (const page of log.readAll({ after, limit: MOST_READ })) {
    read += page.length
    for (const { stream, metadata } of page) {
      const header = headerOf(metadata)
      if (header === undefined || (names !== undefined && !names.has(addressOf(stream).name))) continue
      if (records++ === 0) ms = Math.max(0, now - header.at)
    }
  }
  return { records, ...(read >= MOST_READ ? { atLeast: true } : undefined), ms }
}
