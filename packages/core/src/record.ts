/**
 * `@refold/core/record`: what stands in an agent's stream, and how it becomes a state. For programs that read records
 * without running agents: consumers, inspectors, browsers. No XState, no RxJS, no Node built-in.
 */

// errors: what folding and patching throw, recognised by its code
export { isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'

// JSON: pointers, patches, and the text and hash that do not depend on the order of keys
export type { JsonObject, JsonValue, PatchOperation } from './json/json-value.js'
export { parsePointer, toPointer } from './json/pointer.js'
export { diff } from './json/diff.js'
export type { DiffOptions } from './json/diff.js'
export { applyPatch } from './json/patch.js'
export { canonicalJson, hashOfJson } from './json/canonical.js'

// places in a stream or in the log
export { advance, FIRST_REVISION, lengthOf, toPosition, toRevision } from './record/revision.js'
export type { Expected, Position, Revision } from './record/revision.js'

// the record
export { RECORD_FORMAT } from './record/record.js'
export type {
  AgentStatus,
  Approved,
  Condition,
  InputHeader,
  NewRecord,
  OwnRecordType,
  RecordBody,
  RecordHeader,
  RecordMetadata,
} from './record/record.js'
export { hasReadableBody, headerOf } from './record/header.js'
export { addUsage, usageIn } from './record/usage.js'
export type { Usage } from './record/usage.js'

// the state that records make
export { fold, Folder } from './record/fold.js'
export type { FoldableEvent } from './record/fold.js'
export type {
  ActorDocument,
  ActorId,
  ActorKind,
  AgentPart,
  Attempt,
  DecidingLibrary,
  DedupBucket,
  DedupEntry,
  EffectDocument,
  EffectId,
  EffectKind,
  ErrorData,
  InboxEntry,
  OutgoingMessage,
  Outbox,
  StateDocument,
  Suspicion,
  TimerDocument,
  TimerId,
  UnlistedActor,
  WaitingInput,
} from './record/state-document.js'
export { nodeOf } from './record/asking-node.js'
