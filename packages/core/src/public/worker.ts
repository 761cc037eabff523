/** A worker as callers hold it: a runtime that performs, with a capacity, and with an end in good order. */
import type { AgentDefinition } from '../definition/agent-types.js'
import type { Runtime, RuntimeOptions, WorkerOptions } from './runtime.js'

/** What `createWorker` takes: what a runtime takes, and how this process works. */
export interface CreateWorkerOptions<D extends AgentDefinition = AgentDefinition>
  extends Omit<RuntimeOptions<D>, 'worker'>, WorkerOptions {}

/** How a worker hands over. */
export interface DrainOptions {
  /** Who asked for it; recorded. */
  readonly by?: string
  /** Why; recorded. */
  readonly reason?: string
  /** How long bodies that are waited for may take to end. Default: the worker's `closeGraceMs`. */
  readonly deadlineMs?: number
  /**
   * Running bodies that may be repeated: `abort` (default) has them begin again elsewhere at once, `finish` waits for them
   * until the deadline. Never-retry bodies are always waited for, and are in doubt when they do not end in time.
   */
  readonly bodies?: 'abort' | 'finish'
}

/** What a drain handed over. */
export interface Drained {
  /** Agents with something to perform, for other workers to go on with. */
  readonly released: number
  /** Effects that no one knows the end of: never-retry bodies that did not end in time. */
  readonly inDoubt: number
}

/** A process that performs effects and timers. `await using` closes it; `drain` first hands over what it is at. */
export interface Worker<out Name extends string = string> extends Runtime<Name> {
  /** As records name it: the given name with a part that no other process has. */
  readonly id: string
  /**
   * Begins nothing more, releases each agent as soon as none of its bodies is waited for, then closes. Other workers
   * take the agents at once. It happens once: a later call resolves with the first.
   */
  drain(options?: DrainOptions): Promise<Drained>
}
