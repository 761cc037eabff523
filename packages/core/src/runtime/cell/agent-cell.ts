/**
 * One agent as this process holds it: the newest folded state, the live tree of it, and the queue of inputs.
 *
 * Invariants (cited by the named interleavings):
 * C1 at most one append is in flight; inputs that come meanwhile are decided one on the other and go as one append;
 * C2 the state goes forward only by what the store said is stored; what was decided on a state that did not become
 *    durable is forgotten and decided again on the new one;
 * C3 a refusal, or "known already", is told only when the state it was judged on is durable;
 * C4 actions, deliveries and effects run after the append of the record that holds them, once.
 */
import type { Recorded } from '../../decide/decision.js'
import type { Envelope } from '../../decide/inputs.js'
import type { DefinitionInternals } from '../../definition/internals.js'
import { invariant, RefoldError, withCode } from '../../errors.js'
import { advance, lengthOf } from '../../record/revision.js'
import type { Expected, Revision } from '../../record/revision.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Tree } from '../../step/tree-step.js'
import type { EventData } from '../../record/event-data.js'
import { commit } from './commit.js'
import type { CellContext, CellIdentity, Residence } from './cell-context.js'
import { Quiescence } from './quiescence.js'
import type { Folded } from '../../history/fold-stream.js'
import type { Snapshot } from '../../log/snapshots.js'
import { InputQueue } from './input-queue.js'
import { Replica } from './replica.js'
import { loggedText, notTaken, runAction, sentByAction } from './run-action.js'
import { tellUntaken } from './tell-untaken.js'
import { tellSettled, toDecideAgain, writtenBy } from './submission.js'
import type { Batch, Settlement, Waiter } from './submission.js'
import { Unstored } from './unstored.js'
import { WaitingCallers } from './waiting-callers.js'

export type CellListener = (cell: AgentCell) => void

/** What a cell lives in. */
export type CellHome = CellContext<AgentCell> & { readonly residence: Residence<AgentCell> }

export class AgentCell {
  readonly stream: string
  readonly id: string
  readonly definition: DefinitionInternals
  /** Length of the stream at the snapshot that this cell was folded from; 0: from none. */
  readonly lengthAtSnapshot: number
  /** What the records said when the cell was made. */
  readonly folded: Folded
  readonly #home: CellHome
  readonly #callers = new WaitingCallers()
  readonly #listeners = new Set<CellListener>()
  readonly #replica: Replica
  readonly #queue: InputQueue
  #busy = false
  readonly #unstored: Unstored<AgentCell>
  /** Those who wait for what others appended. */
  #refreshing: (() => void)[] = []
  readonly #quiescence = new Quiescence(() => this.#busy && this.#failure === undefined)
  #failure: RefoldError | undefined

  constructor(home: CellHome, { stream, id, definition }: CellIdentity, folded: Folded) {
    this.#home = home
    this.#queue = new InputQueue(stream)
    this.stream = stream
    this.id = id
    this.definition = definition
    this.folded = folded
    this.lengthAtSnapshot = lengthOf(folded.head) - folded.records - folded.foreign
    const tree = {
      agentId: id,
      onActorSend: (to: string, event: unknown) => this.#actorSend(to, event),
      onLog: (args: readonly unknown[]) => home.events.notice('info', loggedText(args), { agent: stream }),
    }
    const replica = (this.#replica = new Replica(definition, { known: folded, tree }))
    const parts = { queue: this.#queue, callers: this.#callers, replica, quiescence: this.#quiescence }
    this.#unstored = new Unstored({ cell: this, stream, home, ...parts, fold: () => this.#fold() })
  }

  /** The newest durable state that this process has folded; `undefined` before the first record. */
  get state(): StateDocument | undefined {
    return this.#replica.state
  }
  get head(): Expected {
    return this.#replica.head
  }
  /** What a snapshot of this very state needs; `undefined` before the first record. */
  get snapshot(): Snapshot | undefined {
    return this.#replica.snapshot
  }
  /** Set when the store or the stream makes going on impossible. */
  get failure(): RefoldError | undefined {
    return this.#failure
  }
  get queued(): number {
    return this.#queue.length
  }
  /** Whether nothing is under way and no one listens: the cell may leave memory. */
  get isIdle(): boolean {
    return !this.#busy && this.#queue.isEmpty && this.#listeners.size === 0
  }

  /** Calls back after every change of the state. */
  listen(listener: CellListener): () => void {
    this.#listeners.add(listener)
    this.#home.residence.busy(this)
    return () => {
      this.#listeners.delete(listener)
      this.#home.residence.rested(this)
    }
  }

  /** The cell stays in memory while someone acts on it: another cell of the stream beside it would append along with it. */
  async holding<R>(act: () => Promise<R>): Promise<R> {
    const letGo = this.listen(() => {})
    try {
      return await act()
    } finally {
      letGo()
    }
  }

  /** Resolves when the input is durable (or known, or dropped); rejects when it is refused. */
  submit(envelope: Envelope): Promise<Settlement> {
    return new Promise((resolve, reject) => this.post(envelope, { resolve, reject }))
  }

  /** `submit` without a promise, for the hot path. */
  post(envelope: Envelope, told?: Waiter): void {
    if (this.#failure !== undefined) told?.reject?.(this.#failure)
    else if (this.#queue.add(envelope, told) && !this.#busy) void this.#run()
  }

  /** Folds what others appended, if anything. Resolves when it is done, or the cell has failed. */
  refresh(): Promise<void> {
    if (this.#failure !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#refreshing.push(resolve)
      if (!this.#busy) void this.#run()
    })
  }

  /** What waits behind the cell's own work, for a caller: rejects with `STORE_REJECTED` where the store does not let it go on for long. */
  answered<R>(asked: Promise<R>): Promise<R> {
    return this.#callers.orTold(asked)
  }

  /** Resolves when nothing is under way any more, or as soon as the store is in trouble: then it may never be. */
  drained(): Promise<void> {
    return this.#quiescence.wait()
  }

  /** The live tree of the durable state, for effect bodies and questions. Only while no append is in flight or after it. */
  tree(): Tree {
    return this.#replica.tree()
  }

  /** No input is taken any more; those in the queue are told. */
  fail(error: RefoldError): void {
    this.#failure ??= error
    this.#rejectQueue(error)
    this.#tell()
    this.#quiescence.look()
  }

  /** The same, for what was found outside of the cell's own work: the runtime is told. */
  stop(error: RefoldError): void {
    if (this.#failure !== undefined) return
    this.fail(error)
    this.#home.residence.failed(this)
  }

  #rejectQueue(error: RefoldError): void {
    for (const resolve of this.#refreshing.splice(0)) resolve()
    this.#queue.reject(error)
  }

  async #run(): Promise<void> {
    this.#busy = true
    this.#home.residence.busy(this)
    try {
      while (this.#failure === undefined && (!this.#queue.isEmpty || this.#refreshing.length > 0)) {
        if (this.#refreshing.length > 0) await this.#fold()
        else await this.#turn()
        this.#queue.settled()
      }
    } catch (error) {
      this.#queue.undo()
      this.fail(withCode(error, 'the agent stopped on an unexpected error'))
      this.#home.residence.failed(this)
    } finally {
      this.#busy = false
      if (this.#failure !== undefined) this.#rejectQueue(this.#failure)
      this.#quiescence.look()
      this.#home.residence.rested(this)
    }
  }

  async #turn(): Promise<void> {
    const batch = this.#decideBatch()
    if (batch.recorded.length === 0) return this.#tellUnrecorded(batch)
    const { log, world, lifecycle } = this.#home
    const records = batch.recorded.map(({ record }) => record)
    const result = await commit(records, {
      log,
      world,
      stream: this.stream,
      ...this.#replica.decidedOn,
      isClosed: () => lifecycle.isClosed,
      onUnknown: (error, tries, begun) => this.#unstored.unknown(batch, { error, tries, begun }),
    })
    this.#quiescence.troubled = false
    switch (result.kind) {
      case 'stored':
        this.#unstored.over()
        return this.#advance(batch, result.revision)
      case 'conflict':
        return this.#unstored.conflict(batch, result.actual)
      case 'rejected':
        return this.#unstored.rejected(batch, result.error)
      case 'too-large':
        return this.#unstored.tooLarge(batch, result.error)
      case 'fatal':
        return this.#unstored.fatal(batch, result)
    }
  }

  /** C1: what stands in the queue now goes as one append. */
  #decideBatch(): Batch {
    const submissions = this.#queue.take()
    const envelopes = submissions.map(({ envelope }) => envelope)
    return { submissions, ...this.#replica.decide(envelopes, this.#home.world) }
  }

  #advance(batch: Batch, revision: Revision): void {
    const expected = advance(this.head, batch.recorded.length)
    invariant(revision === expected, `an append to ${this.stream} ended at revision ${revision} instead of ${expected}`)
    const { state: before, head } = this
    for (const decision of batch.recorded) {
      this.#replica.advance(decision)
      for (const action of decision.actions) runAction(action, { stream: this.stream, events: this.#home.events })
      for (const delivery of decision.deliveries) this.#deliver(delivery)
      for (const one of decision.untaken) tellUntaken(one, { stream: this.stream, events: this.#home.events })
      this.#tell()
    }
    this.#home.residence.recorded(this, before, writtenBy(batch))
    tellSettled(batch, { before: head, state: this.state })
  }

  /** C3: what is refused was judged on a durable state; it must be the newest one too, of whatever process. */
  async #tellUnrecorded(batch: Batch): Promise<void> {
    const isRefused = batch.decisions.some(({ kind }) => kind === 'refused')
    if (isRefused && (await this.#foldOn())) this.#queue.putBack(toDecideAgain(batch, this.stream))
    else tellSettled(batch, { before: this.head, state: this.state })
  }

  async #fold(): Promise<boolean> {
    const refreshed = this.#refreshing.splice(0)
    try {
      const isNew = await this.#foldOn()
      for (const resolve of refreshed) resolve()
      return isNew
    } catch (error) {
      this.#refreshing.unshift(...refreshed) // told when the cell has failed
      throw error
    }
  }

  /** Folds what others appended. Whether there was anything. */
  async #foldOn(): Promise<boolean> {
    const before = this.state
    const { log, lifecycle, events } = this.#home
    const isGivenUp = (): boolean => this.#failure !== undefined || lifecycle.isClosed
    const pause = (error: RefoldError, times: number): Promise<void> => this.#unstored.unread(error, times)
    const folded = await this.#replica.readOn({ log, stream: this.stream, isGivenUp, pause })
    if (folded === undefined) return false
    if (folded.foreign > 0) events.tell({ kind: 'foreign-records', stream: this.stream, count: folded.foreign }, this)
    for (const delivery of folded.deliveries) this.#deliver(delivery)
    this.#home.residence.recorded(this, before)
    this.#tell()
    return true
  }

  /** An action of this process sends to an actor of the tree: an input like any other, whether or not this process owns the agent. */
  #actorSend(to: string, event: unknown): void {
    const { worker, events, residence, lifecycle } = this.#home
    const { stream } = this
    const input = sentByAction({ to, event }, { stream, events })
    if (input === undefined) return
    const reject = notTaken({ stream, events })
    if (lifecycle.isSilenced) reject(new RefoldError('CLOSED', 'the runtime is being closed'))
    else residence.post(stream, { input, worker }, { reject })
  }

  #deliver(delivery: Recorded['deliveries'][number]): void {
    const event = delivery.event as EventData // the step wrote it
    this.#home.events.tell({ kind: 'delivery', stream: this.stream, ...delivery, event }, this)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this)
  }
}
