/** The part of the package that the type tests are about. */
export { agentContract, createRuntime, defineAgent, effect, sendToAgent, startAgent, toRevision } from '../src/index.js'
export type {
  AgentDefinition,
  AgentEvent,
  AgentOf,
  AnyAgent,
  AnyAgentState,
  Approval,
  ApprovalRequest,
  CancelEvent,
  ChildDone,
  ChildFailed,
  ContextOf,
  EffectArgs,
  EventOf,
  InputOf,
  NameOf,
  OutputOf,
  Runtime,
  StateOf,
  Store,
  UndeliveredEvent,
} from '../src/index.js'
export type { EventsFrom } from '../src/definition/schema-agreement.js'
