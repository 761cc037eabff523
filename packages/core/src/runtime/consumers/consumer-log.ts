/**
 * The stream of a consumer: read to its end, appended to, followed.
 *
 * Invariant: an append is decided on the newest state that was read, and stored only if nothing came in between: of two who
 * claim one wins, and what an owner of an earlier epoch decides is never stored.
 */
import type { AgentLog } from '../../log/agent-log.js'
import { advance } from '../../record/revision.js'
import type { NewEvent } from '../../store/port.js'
import type { World } from '../../world/world.js'
import { ANSWER_WITHIN_MS, commit } from '../cell/commit.js'
import type { Teller } from '../events/event-hub.js'
import { changeToEvent, ConsumerState, consumerStream } from './consumer-state.js'
import type { ConsumerChange } from './consumer-state.js'

/** Between two tries of what a store does not take, or give, for now. */
export const AGAIN = { delayMs: 100, factor: 2, maxDelayMs: 10_000, jitter: false }

export interface ConsumerLogOptions {
  readonly log: AgentLog
  readonly world: World
  readonly events: Teller
  readonly isClosed: () => boolean
}

export class ConsumerLog {
  readonly state = new ConsumerState()
  readonly name: string
  readonly #options: ConsumerLogOptions
  /** One at a time: each is decided on what the one before has left. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(name: string, options: ConsumerLogOptions) {
    this.name = name
    this.#options = options
  }

  /** This process is to end: nothing is asked again. */
  get isClosed(): boolean {
    return this.#options.isClosed()
  }

  /** Reads on to the end of the stream. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#read())
  }

  /** `undefined` from `decide`: nothing is to be stored, and the answer is `false`. Throws what the store says. */
  store(decide: (state: ConsumerState) => ConsumerChange | undefined): Promise<boolean> {
    return this.#inTurn(() => this.#append(decide))
  }

  /** Calls back after each change, until the signal aborts. */
  async follow(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { head } = this.state
    const target = { stream: consumerStream(this.name), ...(head === 'no_stream' ? undefined : { after: head }) }
    for await (const item of this.#options.log.subscribe(target, { signal })) {
      if (item.kind !== 'event') continue
      if (this.#isNew(item.event.revision)) await this.refresh()
      onChange()
    }
  }

  #isNew(revision: bigint): boolean {
    const { head } = this.state
    return head === 'no_stream' || revision > head
  }

  async #append(decide: (state: ConsumerState) => ConsumerChange | undefined): Promise<boolean> {
    const { log, world, events, isClosed } = this.#options
    const { state } = this
    const stream = consumerStream(this.name)
    const onUnknown = (error: unknown): void =>
      events.notice('warn', `it is unknown whether an append to ${stream} was stored; it is repeated`, { error })
    for (;;) {
      const change = decide(state)
      if (change === undefined) return false
      const epoch = change.type === 'claimed' ? state.epoch + 1 : state.epoch
      const event: NewEvent = { id: world.newId(), ...changeToEvent(change, epoch), metadata: {} }
      const decidedOn = { expected: state.head, expectedId: state.headId }
      const asked = { log, world, stream, ...decidedOn, onUnknown, isClosed }
      const result = await commit([event], { ...asked, repeatedForMs: ANSWER_WITHIN_MS })
      if (result.kind === 'stored') {
        state.apply({ ...event, revision: result.revision })
        return true
      }
      if (result.kind !== 'conflict') throw result.error
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    const { head } = this.state
    const from = head === 'no_stream' ? {} : { from: advance(head) }
    for await (const page of this.#options.log.read(consumerStream(this.name), from))
      for (const event of page) this.state.apply(event)
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#turn.then(work, work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

const NAMES_STREAM = 'refold-consumers'

/** The names of all consumers that a process has run. */
export class ConsumerNames {
  readonly #options: ConsumerLogOptions

  constructor(options: ConsumerLogOptions) {
    this.#options = options
  }

  async list(): Promise<readonly string[]> {
    return (await this.#read()).names
  }

  /** So that it is listed from then on. */
  async add(name: string): Promise<void> {
    const { log, world, isClosed } = this.#options
    for (;;) {
      const { names, head } = await this.#read()
      if (names.includes(name)) return
      const event: NewEvent = { id: world.newId(), type: 'refold.consumer.named', data: { name }, metadata: {} }
      const decidedOn = { expected: head === undefined ? ('no_stream' as const) : head.revision, expectedId: head?.id }
      const onUnknown = (): void => {}
      const asked = { log, world, stream: NAMES_STREAM, ...decidedOn, onUnknown, isClosed }
      const result = await commit([event], { ...asked, repeatedForMs: ANSWER_WITHIN_MS })
      if (result.kind === 'stored') return
      if (result.kind !== 'conflict') throw result.error
    }
  }

  async #read() {
    const names: string[] = []
    let head
    for await (const page of this.#options.log.read(NAMES_STREAM)) {
      for (const event of page) {
        head = event
        const name = (event.data as { readonly name?: unknown } | null)?.name
        if (typeof name === 'string') names.push(name)
      }
    }
    return { names, head }
  }
}
