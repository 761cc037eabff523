/** The part of the package that the type tests are about. */
export { createRuntime, defineAgent, effect, toRevision } from '../src/index.js'
export type {
  AgentDefinition,
  AgentEvent,
  AgentOf,
  AnyAgent,
  AnyAgentState,
  Approval,
  ApprovalRequest,
  CancelEvent,
  ContextOf,
  EffectArgs,
  EventOf,
  InputOf,
  NameOf,
  OutputOf,
  Runtime,
  StateOf,
  Store,
} from '../src/index.js'
export type { EventsFrom } from '../src/definition/schema-agreement.js'
