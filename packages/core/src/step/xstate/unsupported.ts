/** What XState's references do, and those inside an agent cannot. */
import { RefoldError } from '../../errors.js'

const HINTS = {
  stop: 'End the agent by a final state, or from outside by `agent.cancel()`; a child by `stopChild` or by leaving its state.',
  on: 'Listen to the agent: `agent.on`, or let the child send an event to its parent.',
  subscribe: 'Watch the agent: `agent.subscribe` or `agent.waitFor`; a child by `onSnapshot` of its invoke.',
}

/** What a reference inside an agent does not do: nothing of it could be recorded, or come again after a crash. */
export function unsupported(what: keyof typeof HINTS): RefoldError {
  const message = `${what}() of a reference inside an agent does nothing that could be recorded`
  return new RefoldError('UNSUPPORTED', message, { hint: HINTS[what] })
}
