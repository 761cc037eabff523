/** Ids of agents, as streams, files and addresses can hold them. */
import { RefoldError } from '../errors.js'

const VALID = /^[A-Za-z0-9][A-Za-z0-9._:@~+=-]{0,199}$/

/** The stream of an agent: `<definition>-<id>`, so that EventStoreDB's category projections work. Throws `INVALID_ID`. */
export function streamOf(name: string, id: string): string {
  if (typeof id !== 'string' || !VALID.test(id)) {
    const hint = 'An id has 1 to 200 letters, digits or . _ : @ ~ + = -, and begins with a letter or digit.'
    throw new RefoldError('INVALID_ID', `${JSON.stringify(id)} is no agent id`, { hint, facts: { id } })
  }
  return `${name}-${id}`
}
