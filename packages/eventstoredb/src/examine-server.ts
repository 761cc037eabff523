/** What can be said of the server without changing anything on it: whether it answers, what this user may, and how far the stored directory is. */
import type { StoreExamination, StoreFinding } from '@refold/core/store'
import { isRefoldError } from '@refold/core/store'
import type { Connection } from './connection.js'
import type { DirectoryCheckpoint } from './directory-checkpoint.js'
import { endOfLog, readLog } from './reading.js'

/** A start reads what is behind the stored directory: beyond so many events it is felt. */
const LONG_LAG_EVENTS = 50_000

export async function examineServer(
  connection: Connection,
  checkpoint: Pick<DirectoryCheckpoint, 'load'>,
): Promise<StoreExamination> {
  try {
    const end = await endOfLog(connection)
    const saved = await checkpoint.load()
    const lag = await eventsAfter(connection, saved?.upTo)
    const facts = {
      'end of the log': String(end),
      'directory is stored up to': String(saved?.upTo ?? 'nothing'),
      'events behind it': lag > LONG_LAG_EVENTS ? `more than ${LONG_LAG_EVENTS}` : lag,
    }
    return { facts, findings: lag > LONG_LAG_EVENTS ? [longLag()] : [] }
  } catch (error) {
    if (!isRefoldError(error)) throw error
    const { message, hint } = error
    const finding: StoreFinding = { kind: 'wrong', message, ...(hint === undefined ? undefined : { remedy: hint }) }
    return { facts: {}, findings: [finding] }
  }
}

/** Counts no further than it takes to know that they are many. */
async function eventsAfter(connection: Connection, position: bigint | undefined): Promise<number> {
  let events = 0
  for await (const page of readLog(connection, position === undefined || position < 0n ? {} : { after: position })) {
    events += page.length
    if (events > LONG_LAG_EVENTS) break
  }
  return events
}

function longLag(): StoreFinding {
  return {
    kind: 'note',
    message: `the stored directory is more than ${LONG_LAG_EVENTS} events behind: each process reads them when it begins`,
    remedy: 'A worker stores it as it goes: let one run. `refold ls` may take long until then.',
  }
}
