/**
 * `@refold/core`: agents as XState machines whose every transition is one event in a store. This is what those need who
 * define agents and run them. What reads records without running them is in `@refold/core/record`, what a store is made
 * with in `@refold/core/store`.
 */

// errors: one class, recognised by its code
export { isRefoldError, RefoldError } from './errors.js'
export type { RefoldErrorCode, RefoldErrorOptions } from './errors.js'

// the world: time, chance, ids and the logger, injected
export { createWorld, systemWorld } from './world/system-world.js'
export type { CancelTimer, Clock, Logger, LogLevel, OnEndSignal, World } from './world/world.js'

// JSON, and places in a stream or in the log
export type { JsonObject, JsonValue, PatchOperation, StateOperation } from './json/json-value.js'
export { advance, toPosition, toRevision } from './record/revision.js'
export type { Expected, Position, Revision } from './record/revision.js'

// words of the record that an agent's state and its events speak in
export type { AgentStatus, Approved, Condition } from './record/record.js'
export type { EffectId, ErrorData } from './record/state-document.js'
export type { Usage } from './record/usage.js'

// the store as its users see it
export { memoryLog } from './store/memory-log.js'
export type { MemoryLog } from './store/memory-log.js'
export { memoryStore } from './store/memory-store.js'
export type { FoundAgent } from './store/found-agent.js'
export type {
  AppendOptions,
  AppendResult,
  DirectoryEntry,
  DirectoryQuery,
  NewEvent,
  ReadAllOptions,
  ReadOptions,
  RebuiltDirectory,
  Store,
  StoredEvent,
  StoreExamination,
  StoreFinding,
  SubscribeTarget,
  SubscriptionItem,
} from './store/port.js'

// how what is stored looks at rest, and what readers see of older events
export type { Codec, CodecContext, Encoded } from './log/codec.js'
export type { ReadableEvent, Upcaster } from './log/upcaster.js'

// defining agents
export { defineAgent } from './definition/define-agent.js'
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
export type { EventOptions, EventsFrom } from './definition/schema-agreement.js'
export type { CancelEvent } from './definition/cancel-event.js'

// their effects, and what becomes of those that were interrupted
export { effect } from './definition/effect.js'
export { TerminalError } from './definition/terminal-error.js'
export type { EffectArgs } from './definition/effect-types.js'
export type {
  CallPolicy,
  CommonPolicy,
  DedupOptions,
  InterruptedAttempt,
  ReconcileResult,
  RetryOptions,
  StreamPolicy,
} from './definition/policy-types.js'

// messages between agents
export { agentContract } from './definition/agent-contract.js'
export type { AgentContract } from './definition/agent-contract.js'
export type { AgentAddress } from './definition/agent-address.js'
export { sendToAgent, startAgent } from './definition/send-to-agent.js'
export type { ChildDone, ChildFailed, MessageAction, UndeliveredEvent } from './definition/message-types.js'

// a running agent: its states, events and commands
export type {
  AgentFault,
  Thrown,
  AgentState,
  AnyAgentState,
  DeferredEvent,
  DoneState,
  StateSnapshot,
  DoubtReason,
  InDoubtEffect,
  PendingEffect,
  PendingEffectOf,
} from './public/state.js'
export type { ActorPointer } from './definition/shown-types.js'
export type { ChildState } from './public/child.js'
export type { AgentEvent, Recorded } from './public/events.js'
export type { Progress } from './public/progress.js'
export type { Approval, ApprovalRequest } from './public/approval.js'
export type {
  Agent,
  AgentOf,
  AnyAgent,
  CancelOptions,
  ControlOptions,
  LegalEvent,
  Moment,
  Resolution,
  SendOptions,
  StateOf,
  WaitOptions,
} from './public/agent.js'

// running them
export { createClient } from './api/create-client.js'
export { createRuntime } from './api/create-runtime.js'
export type {
  Client,
  ClientOptions,
  ClientParts,
  CreateRuntime,
  Load,
  LoadWaiting,
  MigrateOptions,
  Recovered,
  Runtime,
  RuntimeOptions,
  StartOptions,
  WorkerOptions,
} from './public/runtime.js'
export { defineConsumer } from './api/define-consumer.js'
export type {
  Consumed,
  Consumer,
  ConsumerConfig,
  ConsumerControl,
  ConsumerNotes,
  ConsumerStatus,
  ParkedRecord,
  RunningConsumer,
} from './public/consumer.js'
export type { Cursor, DirectoryChanges, Followed, FollowOptions, Lag, LagOptions } from './public/follow.js'
export type {
  ForkCost,
  ForkedData,
  ForkedEffect,
  ForkedTimer,
  ForkOptions,
  ForkOutcome,
  ForkPlan,
} from './public/fork.js'
export { defineProjection } from './projection/define-projection.js'
export type {
  AtOptions,
  EntriesOptions,
  ParkedProjection,
  Projection,
  ProjectionConfig,
  ProjectionDefinition,
  ProjectionPlace,
  ProjectionRecord,
  ProjectionStatus,
  ProjectOptions,
} from './public/projection.js'
export type { BulkFailure, BulkResult, FindQuery, Hold, HoldRequest } from './public/holds.js'
export { createWorker } from './api/create-worker.js'
export { drainWorker } from './api/drain-worker.js'
export type { DrainWorkerOptions } from './api/drain-worker.js'
export type { CreateWorkerOptions, Drained, DrainOptions, Worker } from './public/worker.js'
export type { TakenOver } from './public/taken-over.js'
export type { ClaimReason } from './decide/inputs.js'
export type { FinalReason } from './step/tree-step.js'

// what a runtime tells of itself
export type { Report } from './public/report.js'
export type {
  AgentEventHere,
  AgentRecorded,
  ConsumerEvent,
  EffectEvent,
  EffectFailure,
  Notice,
  RecoveryStep,
  RuntimeEvent,
  RuntimeObserver,
  WorkerEvent,
} from './public/runtime-event.js'

// the same counted, and as the text that Prometheus reads
export { createMetrics } from './metrics/metrics.js'
export type { Metrics, MetricsOptions } from './metrics/metrics.js'
export { agentMetrics } from './metrics/agent-metrics.js'
export type { AgentMetricsOptions } from './metrics/agent-metrics.js'
export { PROMETHEUS_TYPE, prometheusText } from './metrics/metric-family.js'
export type { MetricFamily, MetricSample, MetricType } from './metrics/metric-family.js'
export { observeAttempts } from './metrics/attempts.js'
export type { AttemptListeners, AttemptOutcome, BegunAttempt, EndedAttempt } from './metrics/attempts.js'

// what a recovery would do, before it does
export { planRecovery } from './plan/plan-recovery.js'
export type { PlanOptions } from './plan/plan-recovery.js'
export { formatPlan } from './plan/format-plan.js'
export type { FormatOptions, PlanRemedies } from './plan/format-plan.js'
export type {
  PlannedAgent,
  PlannedBlock,
  PlannedDoubt,
  PlannedEffect,
  PlannedNotBegun,
  PlannedOwned,
  PlannedPause,
  PlannedPlace,
  PlannedResumption,
  PlannedTimer,
  PlannedTrouble,
  RecoveryPlan,
} from './public/plan.js'

// what a migration would make of an agent, before it does
export { planMigration } from './plan/plan-migration.js'
export type { PlannedMigration, PlanMigrationOptions } from './plan/plan-migration.js'

// what a deploy would change
export { verifyHistory } from './verify/verify-history.js'
export type { VerifyHistoryOptions } from './verify/verify-history.js'
export { verifyAgents } from './verify/verify-agents.js'
export type { VerifyAgentsOptions } from './verify/verify-agents.js'
export { VerifyReport } from './verify/verify-report.js'
export type {
  AgentGroup,
  DifferenceGroup,
  NoCodeGroup,
  NoPlaceGroup,
  TroubleGroup,
  UnsteadyGroup,
} from './verify/verify-report.js'
export type {
  CountedDifference,
  DifferenceKind,
  DifferingPlace,
  HistoryDifference,
  TakenTransition,
  UndecidedWhy,
  UnsteadyPlace,
  VerifiedHistory,
} from './verify/verified.js'

// what a fork would be
export { formatForkPlan } from './plan/format-fork-plan.js'

// text of agents, ids and errors on a terminal
export { printable, printableLines } from './world/printable.js'

// moving to another store: a copy of all, or agents of an exported file
export { importStreams } from './history/import-streams.js'
export type { ImportOptions, ImportResult } from './history/import-streams.js'
export { copyStreams } from './history/copy-streams.js'
export type { CopyOptions, CopyResult } from './history/copy-streams.js'

// looking through a store for what is wrong in it
export { examineStore } from './history/examine-store.js'
export type { ExaminedStore, ExamineOptions } from './history/examine-store.js'
export type { ExaminedFinding, ExaminedTrouble } from './history/examined.js'
