/** What one agent knows of another that it writes to: a name and the events it takes. A definition is a contract too. */
import type { EventObject } from 'xstate'
import { checkKeys, checkName } from './check-config.js'
import { isReservedType } from './outside-values.js'
import { readEvent } from './read-events.js'
import { readable, requireValid } from './refusal.js'
import type { DeclaredEvent, JsonEvent, SentEvents } from './schema-agreement.js'

/** Who an agent is to another: plain data at run time, its events at type level. */
export interface AgentContract<out N extends string = string, out E extends EventObject = EventObject> {
  readonly name: N
  /** Type only, never set. */
  readonly '~types'?: { event: E } | undefined
}

/**
 * For agents that write to each other: name and events stand in a file of their own, so the two definitions need not
 * import each other. Give the same `events` to `defineAgent`. Throws `INVALID_DEFINITION`.
 */
export function agentContract<const N extends string, S extends Record<string, DeclaredEvent>>(contract: {
  name: N
  events: S & { [K in keyof S]: JsonEvent<S[K], `events.${K & string}`> }
}): AgentContract<N, SentEvents<S>> & { readonly events: S } {
  return readable('contract', () => {
    checkKeys(contract, { path: 'contract', known: ['name', 'events'] })
    const { name, events } = contract
    checkName(name)
    requireValid(typeof events === 'object' && events !== null, {
      path: 'events',
      problem: 'must be an object with a schema, or `{ schema }`, for each event that the agent takes',
    })
    checkKeys(events, { path: 'events', known: Object.keys(events) })
    for (const [type, declared] of Object.entries(events)) {
      const path = `events.${type}`
      requireValid(!isReservedType(type), { path, problem: 'is kept for XState and Refold' })
      readEvent(declared, path)
    }
    return Object.freeze({ name, events })
  })
}
