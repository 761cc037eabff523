/** Where one effect stands in a worker's hands. */

/** Why a body is stopped. Only `left` is the chart's own will. */
export type StopReason = 'left' | 'paused' | 'closing' | 'not-owner'

/**
 * - `waiting` for its time, the lease or a slot;
 * - `put-off`: an input that is being appended has just left the effect; the append may still fail;
 * - `recording` that the attempt begins;
 * - `running`;
 * - `asking` the user's `reconcile` (the body, aborted, may still tell its success);
 * - `doubted`: out of hand, but a success that the body still tells is taken;
 * - `over`: whatever comes now tells nothing.
 */
export type Phase = 'waiting' | 'put-off' | 'recording' | 'running' | 'asking' | 'doubted' | 'over'

/** Whether its body runs, or is about to: the record of its begin is on its way. */
export function hasBegun(phase: Phase): boolean {
  return phase === 'running' || phase === 'recording'
}
