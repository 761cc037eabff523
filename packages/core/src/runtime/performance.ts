/** One effect in this worker's hands, over all its attempts. */
import type { EffectPolicy } from '../definition/internals.js'
import type { EffectId, EffectKind } from '../record/state-document.js'
import type { RunningEffect } from '../step/tree-step.js'
import type { CancelTimer } from '../world/world.js'
import type { LeaveLine, ReleaseSlot } from './effect-slots.js'
import type { LazyAbort } from './lazy-abort.js'

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

export class Performance {
  readonly id: EffectId
  readonly kind: EffectKind
  readonly policy: EffectPolicy
  readonly epoch: number
  phase: Phase = 'waiting'
  attempt = 1
  abort: LazyAbort | undefined
  running: RunningEffect | undefined
  release: ReleaseSlot | undefined
  leaveLine: LeaveLine | undefined
  cancelTimer: CancelTimer | undefined
  stopped: StopReason | undefined

  constructor(id: EffectId, { kind, policy, epoch }: Pick<Performance, 'kind' | 'policy' | 'epoch'>) {
    this.id = id
    this.kind = kind
    this.policy = policy
    this.epoch = epoch
  }

  /** Neither its begin nor its body may be interrupted by anything but the chart: it may be paid for already. */
  get mustBeAwaited(): boolean {
    return this.policy.safety === 'never-retry' && (this.phase === 'recording' || this.phase === 'running')
  }

  /** No timer, slot or line is held any more. */
  letGo(): void {
    this.cancelTimer?.()
    this.leaveLine?.()
    this.release?.()
  }
}
