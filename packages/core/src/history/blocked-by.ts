/** Where a blocked agent's chart was: its state does not say, the record that blocked it does. */
import type { AgentLog } from '../log/agent-log.js'
import { hasReadableBody, headerOf } from '../record/header.js'
import type { Diagnostics } from '../record/record.js'

/** Records that may have come since. An agent that took more of them while it was blocked is told of without its place. */
const MOST_READ = 256

/** Of an agent that is blocked now; `undefined`: its records do not say. Throws what makes the stream unreadable. */
export async function blockedBy(log: AgentLog, stream: string): Promise<Diagnostics | undefined> {
  for await (const page of log.read(stream, { direction: 'backwards', limit: MOST_READ }))
    for (const { metadata } of page) {
      const header = headerOf(metadata)
      if (header === undefined || !hasReadableBody(header)) continue
      const { diagnostics } = header.body
      if (Array.isArray(diagnostics?.state)) return diagnostics // those of a failed attempt name no states
      if (header.condition !== undefined) return undefined
    }
  return undefined
}
