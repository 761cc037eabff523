/** Events of the live stream. The id of an event is the revision of the followed agent, so that a stream that was cut goes on. */
import type { Skeleton } from './agent.js'
import type { FleetView } from './fleet.js'
import type { CodedError } from './answer.js'

export type LiveEvent =
  /** New records of the followed agent; several a second come as one. */
  | { readonly kind: 'records'; readonly skeleton: Skeleton }
  /** Counts, when they changed. */
  | { readonly kind: 'fleet'; readonly fleet: FleetView }
  /** What is shown stays, with this said above it; ends with `well`. */
  | { readonly kind: 'trouble'; readonly error: CodedError }
  | { readonly kind: 'well' }
