/** Where an agent is: plain data, as it stands in records, events and stream names. */
import { invalidId } from './invalid-id.js'

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
    throw invalidId(id, { what: 'agent id', hint })
  }
  return `${name}-${id}`
}

/** The agent of a stream; a definition's name has no `-`. */
export function addressOf(stream: string): AgentAddress {
  const dash = stream.indexOf('-')
  return { name: stream.slice(0, dash), id: stream.slice(dash + 1) }
}

/** The stream of an address that stands in a record: it was checked when it was written. */
export function streamOfAddress({ name, id }: AgentAddress): string {
  return `${name}-${id}`
}
