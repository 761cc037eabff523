/**
 * `@refold/core/store`: what a store is made with. The port, and the parts that every store needs in the same way. A
 * store imports nothing else of core, so it loads neither XState nor RxJS. `@refold/testing` has the suite that it must
 * pass.
 */

// errors: what a store may throw is said at each operation of the port
export { invariant, isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'
export { fromGiven } from './coded.js'
export { checkMembers } from './check-members.js'
export { checkedOptions, checkOptions, optionRule } from './option-values.js'
export type { OptionRule, OptionRules } from './option-values.js'

// what is stored, and where
export type { JsonObject, JsonValue, PatchOperation } from './json/json-value.js'
export { advance, toPosition, toRevision } from './record/revision.js'
export type { Expected, Position, Revision } from './record/revision.js'
export type { AgentStatus, Condition } from './record/record.js'

// the port
export type {
  AppendOptions,
  AppendResult,
  Directory,
  DirectoryEntry,
  DirectoryQuery,
  ExternalAppend,
  NewEvent,
  Presence,
  ReadAllOptions,
  ReadOptions,
  RebuiltDirectory,
  Registers,
  Store,
  StoreCapabilities,
  StoredEvent,
  StoreExamination,
  StoreFinding,
  SubscribeTarget,
  SubscriptionItem,
} from './store/port.js'

export { askedOfDirectory, foundAgent, shownCondition } from './store/found-agent.js'
export type { FoundAgent } from './store/found-agent.js'

export type {
  BuildChange,
  BuildName,
  ProjectionBuild,
  Projections,
  QueryAnswer,
  ScannedEvent,
  ScannedPage,
  ScanOptions,
} from './store/projection-port.js'

// appending: what every store refuses
export { appendBytes, assertFits, assertNotEmpty } from './store/append-limits.js'
export { anotherHistory, assertDecidedOn, PUT_BACK_HINT } from './store/decided-on.js'

// reading: events parsed on demand, and records handed to a fold without building them
export { storedEvent } from './store/stored-event.js'
export type { StoredText } from './store/stored-event.js'
export { scannedEvent } from './store/scanned-event.js'
export type { FoldableEvent } from './record/fold.js'
export type {
  RecordLines,
  ReplayedEvent,
  ReplayedOperation,
  ReplayedRecord,
  ReplayOptions,
  ReplayTarget,
} from './record/replay.js'
export { StateReplay } from './record/state-replay.js'

// following: subscriptions, and what other connections append
export { ChangeSignal } from './store/change-signal.js'
export { followLog } from './store/follow-log.js'
export type { FollowedLog } from './store/follow-log.js'
export { ExternalFeed } from './store/external-feed.js'
export { manyMayListen } from './world/many-listeners.js'
export { untilAborted } from './world/until-aborted.js'

// trying again: how long to wait before it
export { backoffMs } from './world/backoff.js'
export type { Backoff } from './world/backoff.js'

// showing: text that others wrote, on a terminal
export { counted } from './world/counted.js'
export { printable, printableLines } from './world/printable.js'

// the directory: one projection for all stores
export { applyHeader, isSameEntry, matchesQuery, readHeader, rebuildDirectory } from './store/directory-projection.js'
export type { DirectoryHeader } from './store/directory-projection.js'

// the store to read first, and to hold another one against
export { memoryLog } from './store/memory-log.js'
export type { MemoryLog } from './store/memory-log.js'
export { memoryStore } from './store/memory-store.js'
