/** One call of an effect's body: its signal, and how it ends. */
import { effectKey } from '../../decide/effects-part.js'
import type { EffectDocument } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'
import type { RunningEffect } from '../../step/tree-step.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { EventHub } from '../events/event-hub.js'
import { effectHost } from './effect-host.js'
import type { EffectHostOptions } from './effect-host.js'
import { LazyAbort } from './lazy-abort.js'

export interface BodyCallOptions extends Pick<EffectHostOptions, 'id' | 'attempt' | 'submit' | 'fail'> {
  readonly cell: AgentCell
  readonly events: EventHub<AgentCell>
  /** Whether the execution still listens to this call. */
  readonly isWanted: (call: BodyCall) => boolean
}

export class BodyCall {
  readonly #options: BodyCallOptions
  readonly #abort = new LazyAbort()
  #running: RunningEffect | undefined

  constructor(options: BodyCallOptions) {
    this.#options = options
  }

  get isAborted(): boolean {
    return this.#abort.aborted
  }

  /** Calls the body. `undefined`: an input that is being appended has just left the effect. Else its outcome. */
  begin(effect: EffectDocument): Promise<unknown> | undefined {
    const { cell, events, isWanted, ...attempt } = this.#options
    const { stream } = cell
    const { id } = attempt
    const { src, input, traceparent, steps: recordedSteps = {} } = effect
    const host = effectHost({
      ...attempt,
      input,
      key: effectKey(id, effect),
      traceparent,
      recordedSteps,
      abort: this.#abort,
      isLive: () => !this.isAborted && isWanted(this),
      progress: (chunk) => events.tell({ kind: 'progress', stream, progress: { effect: id, src, chunk } }),
    })
    this.#running = cell.tree().runEffect(id, host)
    if (this.#running === undefined) return undefined
    events.tell({ kind: 'effect.began', stream, effect: id, src, attempt: attempt.attempt })
    return this.#running.outcome
  }

  /** `false`: it does not run. */
  deliver(event: EventData): boolean {
    this.#running?.deliver(event)
    return this.#running !== undefined
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason)
  }

  /** No event reaches it any more; a stream ends. */
  stop(): void {
    this.#running?.stop()
  }

  /** Resolves when it has ended, at once if it never ran. */
  async ended(): Promise<void> {
    await this.#running?.outcome.catch(() => undefined)
  }
}
