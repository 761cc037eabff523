/**
 * Events of the live stream, each as the JSON of a `message`. The id of an event is the revision of the followed agent: a stream that
 * was cut goes on behind it, as browsers send it by themselves. Else `?after` says which one is known, and without it what is new counts.
 */
import type { Skeleton } from './agent.js'
import type { FleetView } from './fleet.js'
import type { CodedError } from './answer.js'

/** So often a stream says something, milliseconds. */
export const LIVE_BEAT_MS = 15_000

export type LiveEvent =
  /** New records of the followed agent; several a second come as one. */
  | { readonly kind: 'records'; readonly skeleton: Skeleton }
  /** Counts, when they changed. */
  | { readonly kind: 'fleet'; readonly fleet: FleetView }
  /** What is shown stays, with this said above it; ends with `well`. */
  | { readonly kind: 'trouble'; readonly error: CodedError }
  | { readonly kind: 'well' }
  /** There is nothing to tell. */
  | { readonly kind: 'beat' }
  /** The page is too far behind, or did not take what it was sent: it has to ask again for all it shows. The stream then ends. */
  | { readonly kind: 'reload' }
