/** What a consumer is, with its defaults filled in, and what a runtime gives it. */
import type { AgentDefinition } from '../../definition/agent-types.js'
import type { RetryPolicy } from '../../definition/internals.js'
import type { StallWatch } from '../../history/stall-watch.js'
import type { AgentLog, StoreServices } from '../../log/agent-log.js'
import type { Consumed } from '../../public/consumer.js'
import type { FollowOptions } from '../../public/follow.js'
import type { World } from '../../world/world.js'
import type { Teller } from '../events/event-hub.js'
import type { FailureDetector } from '../liveness/failure-detector.js'
import type { Lease } from '../liveness/lease.js'

export interface ConsumerPolicy {
  readonly name: string
  /** `undefined`: of all definitions. */
  readonly agents: readonly AgentDefinition[] | undefined
  readonly each: (record: Consumed) => unknown
  readonly retry: RetryPolicy
  readonly concurrency: number
  readonly from: NonNullable<FollowOptions['from']>
}

export interface ConsumerContext {
  readonly log: AgentLog
  readonly store: Pick<StoreServices, 'registers'>
  readonly world: World
  readonly events: Teller
  /** In whose name a consumer is owned. */
  readonly worker: string
  readonly lease: Lease
  readonly owners: FailureDetector
  readonly stalls: StallWatch
  /** How long a close waits for calls that are under way. */
  readonly closeGraceMs: number
}
