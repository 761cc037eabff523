/** What the type tests see of the package. `createRuntime` by its type alone: they never run. */
import type { CreateRuntime } from '../src/runtime/public-types.js'

export { defineAgent } from '../src/definition/define-agent.js'
export { effect } from '../src/definition/effect.js'
export type {
  AgentDefinition,
  AgentTypes,
  ContextOf,
  EventOf,
  InputOf,
  NameOf,
  OutputOf,
} from '../src/definition/agent-types.js'
export type { EffectArgs } from '../src/definition/effect-types.js'
export type { EventsFrom } from '../src/definition/schema-agreement.js'
export { toRevision } from '../src/record/revision.js'
export type {
  Agent,
  AgentEvent,
  AgentOf,
  AgentState,
  AnyAgent,
  AnyAgentState,
  Runtime,
  RuntimeOptions,
  StateOf,
} from '../src/runtime/public-types.js'
export type { Store } from '../src/store/port.js'
export declare const createRuntime: CreateRuntime
