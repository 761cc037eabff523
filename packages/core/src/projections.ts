/**
 * `@refold/core/projections`: projections that many need, ready to be given to `client.project`. Each takes the definitions
 * whose agents it is about, and keeps plain documents that SQL and code can read.
 */

// what waits for a person
export { inboxProjection } from './projection/ready-made/inbox.js'
export type { InboxApproval, InboxDocument, InboxDoubt, InboxOptions } from './projection/ready-made/inbox.js'
export type { ToldDoubt } from './projection/ready-made/told-doubts.js'

// what effects took and cost
export { effectCostsProjection } from './projection/ready-made/effect-costs.js'
export type { EffectCosts, EffectCostsDocument, EffectCostsOptions } from './projection/ready-made/effect-costs.js'

// a conversation as a model takes it
export { transcriptProjection } from './projection/ready-made/transcript.js'
export type {
  MissingAnswer,
  ToldEffect,
  TranscriptDocument,
  TranscriptOptions,
} from './projection/ready-made/transcript.js'

// where agents spent their time
export { timeInStateProjection } from './projection/ready-made/time-in-state.js'
export type { TimeInStateDocument, TimeInStateOptions } from './projection/ready-made/time-in-state.js'
