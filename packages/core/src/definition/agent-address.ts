/** Where an agent is: plain data, as it stands in records, events and stream names. */
import { RefoldError } from '../errors.js'

/** An agent as other agents name it. */
export interface AgentAddress {
  /** Of its definition. */
  readonly name: string
  readonly id: string
}

const VALID = /^[A-Za-z0-9][A-Za-z0-9._:@~+=-]{0,199}$/

/** The stream of an agent: `<definition>-<id>`, so that EventStoreDB's category projections work. Throws `INVALID_ID`. */
export function streamOf(name: string, id: string): string {
  if (typeof id !== 'string' || !VALID.test(id)) {
    const hint = 'An id has 1 to 200 letters, digits or . _ : @ ~ + = -, and begins with a letter or digit.'
    throw new RefoldError('INVALID_ID', `${typeof id === 'string' ? JSON.stringify(id) : typeof id} is no agent id`, {
      hint,
      facts: { id },
    })
  }
  return `${name}-${id}`
}

/** The agent of a stream; a definition's name has no `-`. */
export function addressOf(stream: string): AgentAddress {
  const dash = stream.indexOf('-')
  return { name: stream.slice(0, dash), id: stream.slice(dash + 1) }
}
