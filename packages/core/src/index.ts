/** `@refold/core`: agents as XState machines whose every transition is one event in a store. */
export { defineAgent } from './definition/define-agent.js'
export { effect } from './definition/effect.js'
export { agentContract } from './definition/agent-contract.js'
export type { AgentContract } from './definition/agent-contract.js'
export type { AgentAddress } from './definition/agent-address.js'
export { sendToAgent, startAgent } from './definition/send-to-agent.js'
export type { ChildDone, ChildFailed, MessageAction, UndeliveredEvent } from './definition/message-types.js'
export type { EventsFrom } from './definition/schema-agreement.js'
export type { CancelEvent } from './definition/cancel-event.js'
export type { AgentConfig } from './definition/agent-config.js'
export type {
  AgentDefinition,
  AgentTypes,
  ContextOf,
  EventOf,
  InputOf,
  NameOf,
  OutputOf,
  TypesOf,
} from './definition/agent-types.js'
export type {
  CallPolicy,
  CommonPolicy,
  ReconcileResult,
  InterruptedAttempt,
  DedupOptions,
  RetryOptions,
  StreamPolicy,
} from './definition/policy-types.js'
export { createRuntime } from './api/create-runtime.js'
export { createWorker } from './api/create-worker.js'
export { formatPlan } from './plan/format-plan.js'
export type { FormatOptions } from './plan/format-plan.js'
export { planRecovery } from './plan/plan-recovery.js'
export type { PlanOptions } from './plan/plan-recovery.js'
export type * from './public/types.js'
export type { EffectArgs } from './definition/effect-types.js'
export { invariant, isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'
export type * from './store/port.js'
export { memoryLog, memoryStore } from './store/memory-store.js'
export type * from './record/record.js'
export type * from './record/state-document.js'
export type { JsonObject, JsonValue, PatchOperation } from './json/json-value.js'
export { advance, toPosition, toRevision } from './record/revision.js'
export type { Expected, Position, Revision } from './record/revision.js'
export type * from './world/world.js'
export { createWorld, systemWorld } from './world/system-world.js'

// moving to another store
export { copyStreams } from './history/copy-streams.js'
export type { CopyOptions, CopyResult } from './history/copy-streams.js'

// for authors of stores
export { appendBytes, assertFits, assertNotEmpty } from './store/append-limits.js'
export { ChangeSignal } from './store/change-signal.js'
export { applyHeader, isSameEntry, matchesQuery, readHeader, rebuildDirectory } from './store/directory-projection.js'
export type { DirectoryHeader } from './store/directory-projection.js'
export { followLog } from './store/follow-log.js'
export type { FollowedLog } from './store/follow-log.js'
export { ExternalFeed } from './store/external-feed.js'
export { storedEvent } from './store/stored-event.js'
export type { StoredText } from './store/stored-event.js'
export type * from './record/replay.js'
export { StateReplay } from './record/state-replay.js'
