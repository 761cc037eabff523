/** An agent as callers hold it. It owns nothing but the agent's name: everything goes through the cell and the store. */
import type { Observer, Subscription } from 'rxjs'
import type { AgentTypes } from '../definition/agent-types.js'
import { givenHash } from '../definition/given.js'
import type { DefinitionInternals } from '../definition/internals.js'
import type { ControlInput, Envelope } from '../decide/inputs.js'
import { invariant, RefoldError } from '../errors.js'
import type { PatchOperation } from '../json/json-value.js'
import type { Revision } from '../record/revision.js'
import { agentState } from './agent-state.js'
import { diffBetween, stateAt } from '../history/past-state.js'
import { Observable } from '../history/observable.js'
import { agentEventsAfter, recordsAfter } from '../history/stream-records.js'
import type { ReadFrom, Wanted } from '../history/stream-records.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type {
  Agent,
  CancelOptions,
  ControlOptions,
  Resolution,
  LegalEvent,
  Moment,
  SendOptions,
  WaitOptions,
} from '../public/agent.js'
import type { ApprovalRequest } from '../public/approval.js'
import type { AgentEvent } from '../public/events.js'
import type { Cursor } from '../public/follow.js'
import type { AgentState, DoneState, InDoubtEffect } from '../public/state.js'
import type { Progress } from '../public/progress.js'
import type { Settlement } from '../runtime/cell/submission.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { answer, askFor } from './approvals.js'
import { codeErrors, saysYes } from '../coded.js'
import {
  checkControlOptions,
  checkSendOptions,
  checkWait,
  cancelOf,
  eventId,
  notesOf,
  traceOf,
  requirePredicate,
  whenOf,
} from './agent-options.js'
import { effectResolution } from './effect-resolution.js'
import { eventsStart } from './events-start.js'
import { inTurn, legalEvents, refusedPost, requireSameEvent, takesNow } from './events.js'
import { guarded } from './guarded-observer.js'
import type { Watched } from './guarded-observer.js'
import { keepingAlive } from './keep-alive.js'
import { readFrom } from './read-from.js'
import { statesOf, untilEndOf } from './states.js'
import { endedBefore, requireDone, whenCell } from './waiting.js'
import type { CellWait } from './waiting.js'

export interface HandleOptions {
  readonly runtime: WorkerRuntime
  readonly stream: string
  readonly definition: DefinitionInternals
  /** Looks whether the agent is to be taken up by this worker. */
  readonly takeUp: (cell: AgentCell) => Promise<void>
}

const WAITS = { waits: true } as const

export class AgentHandle<T extends AgentTypes> implements Agent<T> {
  readonly id: string
  readonly name: string
  readonly state$: Observable<AgentState<T>>
  readonly events$: Observable<AgentEvent<T>>
  readonly progress$: Observable<Progress>
  readonly #options: HandleOptions
  #newest: AgentState<T>
  #last: AgentCell

  constructor(cell: AgentCell, options: HandleOptions) {
    this.#options = options
    this.#last = cell
    this.id = cell.id
    this.name = cell.definition.name
    this.#newest = this.#view(cell)
    const states = statesOf(
      () => this.#cell(WAITS),
      (cell) => this.#seen(cell),
    )
    this.state$ = keepingAlive(states, options.runtime.world)
    this.events$ = new Observable((subscriber) => this.#records(this.#newestHead()).subscribe(subscriber))
    this.progress$ = untilEndOf(states, (told) => options.runtime.progress.listen(options.stream, told))
  }

  subscribe(
    observer: Partial<Observer<AgentState<T>>> | ((state: AgentState<T>) => void),
    error?: (error: unknown) => void,
    complete?: () => void,
  ): Subscription {
    const given = typeof observer === 'function' ? { next: observer, error, complete } : observer
    return this.state$.subscribe(guarded(given, this.#watched()))
  }

  getSnapshot(): AgentState<T> {
    const { runtime, stream } = this.#options
    // A cell that has left memory holds the newest state that this process has folded.
    this.#last = runtime.cells.live(stream) ?? this.#last
    return this.#seen(this.#last)
  }

  eventsFrom(from: Moment | Cursor): Observable<AgentEvent<T>> {
    const { after, wanted } = eventsStart(this.#options.runtime.log, from)
    return this.#records(after, wanted)
  }

  on(type: string, handler: (emitted: never) => void): Subscription {
    const { runtime, stream } = this.#options
    const { next, error } = guarded<never>({ next: handler }, this.#watched())
    return keepingAlive(recordsAfter(runtime.log, stream, this.#from(this.#newestHead())), runtime.world).subscribe({
      next: ({ header }) => {
        for (const emitted of header.body.emit ?? [])
          if (type === '*' || emitted['type'] === type) next(emitted as never)
      },
      error,
    })
  }

  async send(event: T['event'], options: SendOptions = {}): Promise<AgentState<T>> {
    checkSendOptions(options)
    const parsed = this.#options.definition.parseEvent(event)
    const id = eventId(options.id)
    const known = id === undefined ? undefined : { dedupId: id, given: givenHash(event, { parsed }) }
    const cell = await (options.expectedRevision === undefined ? this.#cell() : this.#fresh())
    const envelope: Envelope = {
      input: { kind: 'event', event: parsed },
      ...this.#by(options),
      ...traceOf(options),
      ...whenOf(options),
      ...known,
    }
    const { approval } = options
    const { log } = this.#options.runtime
    const settlement = await inTurn(cell, envelope, () =>
      approval === undefined ? cell.submit(envelope) : answer(cell, envelope, { approval, log }),
    )
    if (settlement.kind === 'duplicate' && known !== undefined)
      await requireSameEvent(cell, { ...known, event: parsed, log: this.#options.runtime.log })
    return this.#after(cell, settlement)
  }

  post(event: T['event'], options: SendOptions = {}): void {
    const { runtime, stream } = this.#options
    this.send(event, options).catch((error: unknown) => runtime.report(stream, refusedPost(event, error)))
  }

  async approval<K extends keyof T['approvals'] & string>(
    event: K,
    options: { readonly about?: unknown } = {},
  ): Promise<ApprovalRequest<K, T['approvals'][K]>> {
    return askFor(await this.#fresh(), event, options) as ApprovalRequest<K, T['approvals'][K]>
  }

  async can(event: T['event']): Promise<boolean> {
    return takesNow(event, this.#options.definition, () => this.#fresh())
  }

  async legalEvents(): Promise<readonly LegalEvent<T['event']['type']>[]> {
    return legalEvents(await this.#fresh())
  }

  async waitFor<S extends AgentState<T>>(
    predicate: ((state: AgentState<T>) => state is S) | ((state: AgentState<T>) => boolean),
    options: WaitOptions = {},
  ): Promise<S> {
    requirePredicate(predicate)
    const wait = this.#wait(options, `a state of ${this.#options.stream}`)
    return whenCell(
      this.#cell(WAITS),
      (now) => {
        const state = this.#seen(now)
        if (saysYes(predicate(state), 'predicate')) return state as S
        if (state.status !== 'active') throw endedBefore(state, this.#options.stream)
        return undefined
      },
      wait,
    )
  }

  async done(options: WaitOptions = {}): Promise<DoneState<T>> {
    const { stream } = this.#options
    const wait = this.#wait(options, `the end of ${stream}`)
    const ended = await whenCell(
      this.#cell(WAITS),
      (cell) => (cell.state?.root.status === undefined ? undefined : this.#seen(cell)),
      wait,
    )
    return requireDone(ended, stream)
  }

  pause(options: ControlOptions = {}): Promise<AgentState<T>> {
    return this.#control({ kind: 'paused' }, options)
  }
  resume(options: ControlOptions = {}): Promise<AgentState<T>> {
    return this.#control({ kind: 'resumed' }, options)
  }
  async cancel(options: CancelOptions = {}): Promise<AgentState<T>> {
    return this.#control(cancelOf(options), options)
  }
  retry(options: ControlOptions = {}): Promise<AgentState<T>> {
    return this.#control({ kind: 'retried' }, options)
  }

  async inDoubt(): Promise<readonly InDoubtEffect<T>[]> {
    const state = this.#seen(await this.#fresh())
    return state.effects.filter(
      (effect) => effect.inDoubt !== undefined || effect.abandoned !== undefined,
    ) as unknown as InDoubtEffect<T>[]
  }

  async resolve(effect: InDoubtEffect<T> | string, resolution: Resolution<unknown>): Promise<AgentState<T>> {
    const cell = await this.#fresh()
    const { runtime, definition } = this.#options
    const input = await effectResolution(cell, { effect, resolution, definition, owners: runtime.owners })
    return this.#after(cell, await cell.submit({ input, ...this.#by(resolution) }))
  }

  async stateAt(moment: Moment): Promise<AgentState<T>> {
    const { runtime, stream, definition } = this.#options
    const past = await stateAt(runtime.log, stream, moment)
    return agentState<T>(past, definition)
  }
  diff(from: Moment, to: Moment): Promise<readonly PatchOperation[]> {
    const { runtime, stream } = this.#options
    return diffBetween(runtime.log, stream, { from, to })
  }

  async #control(input: ControlInput, options: ControlOptions): Promise<AgentState<T>> {
    if (input.kind !== 'cancel') checkControlOptions(options)
    const cell = await this.#cell()
    return this.#after(cell, await cell.submit({ input, ...this.#by(options) }))
  }

  #by(options: ControlOptions): Pick<Envelope, 'worker' | 'by' | 'reason'> {
    return { worker: this.#options.runtime.worker, ...notesOf(options) }
  }

  /** The state right after the input; and a look whether this worker has to take the agent up now. */
  #after(cell: AgentCell, settlement: Settlement): AgentState<T> {
    invariant(settlement.kind !== 'dropped', 'what a caller submits is never dropped')
    const { runtime, definition } = this.#options
    if (!runtime.owns(settlement.state)) void this.#options.takeUp(cell)
    this.#seen(cell)
    return agentState<T>({ state: settlement.state, revision: settlement.revision }, definition)
  }

  /** `waits`: for what is to come, as long as the store takes. */
  #cell(how?: { readonly waits: true }): Promise<AgentCell> {
    const { runtime, stream } = this.#options
    if (runtime.lifecycle.isShut) return Promise.reject(new RefoldError('CLOSED', 'the runtime is closed'))
    return runtime.cells.load(stream, how)
  }
  /** The cell, folded up to the store's head: in bounded time, as it is for who asks. */
  async #fresh(): Promise<AgentCell> {
    const cell = await this.#cell()
    this.#last = cell
    await cell.answered(cell.refresh())
    return cell
  }

  #wait(options: WaitOptions, what: string): CellWait {
    checkWait(options)
    return { ...options, world: this.#options.runtime.world, what }
  }
  #watched(): Watched {
    const { runtime, stream } = this.#options
    return { logger: runtime.world.logger, stream }
  }
  #newestHead(): Revision {
    return this.getSnapshot().revision
  }
  #records(after: Revision | undefined, wanted?: Wanted): Observable<AgentEvent<T>> {
    const { runtime, stream } = this.#options
    const from = after === undefined ? undefined : this.#from(after)
    return keepingAlive(agentEventsAfter<T>(runtime.log, stream, from, wanted), runtime.world)
  }
  #from(after: Revision): ReadFrom {
    return readFrom(after, () => this.#cell(WAITS))
  }

  #seen(cell: AgentCell): AgentState<T> {
    if (cell.head !== this.#newest.revision && cell.state !== undefined) this.#newest = this.#view(cell)
    return this.#newest
  }
  #view(cell: AgentCell): AgentState<T> {
    const { state, head } = cell
    if (state === undefined || head === 'no_stream')
      throw new RefoldError('NOT_FOUND', `${cell.stream} has no state yet`)
    return agentState<T>({ state, revision: head }, this.#options.definition)
  }
}

codeErrors(AgentHandle.prototype)
