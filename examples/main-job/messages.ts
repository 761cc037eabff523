/** What the two processes say to each other. Everything that matters is in the store; this is for the screen, and to kill. */
import type { StepName } from './findings.js'

/** How a worker is started. */
export interface WorkerOrder {
  readonly store: string
  readonly bodyLog: string
  readonly review: string
  /** Steps whose body waits before it returns, to be killed there. */
  readonly hold: readonly StepName[]
}

/** `processMs`: since the worker's process was started. */
export type FromWorker =
  | { readonly kind: 'recovered'; readonly effects: number; readonly processMs: number }
  | { readonly kind: 'begun'; readonly step: StepName; readonly attempt: number; readonly processMs: number }
  | { readonly kind: 'holding'; readonly step: StepName }
  | { readonly kind: 'token'; readonly text: string }

/** The only order that a worker gets: everything else it finds in the store. */
export type ToWorker = 'close'
