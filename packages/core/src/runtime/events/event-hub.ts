/**
 * Where a runtime's parts tell what happens, and where they hear of it.
 *
 * Invariants: reactors of a kind run in the order in which they were registered, in the same turn, and what one throws is the
 * teller's; observers are told first, so that they hear of things in the order in which they happened, and neither what they throw
 * nor how long they take concerns anyone else.
 */
import type { RuntimeEvent, RuntimeObserver } from '../../public/runtime-event.js'
import type { Logger, LogLevel } from '../../world/world.js'
import { effectEventsOf } from './effect-events.js'
import { ObserverQueue } from './observer-queue.js'

type Kind = RuntimeEvent['kind']
type OfKind<K extends Kind> = Extract<RuntimeEvent, { readonly kind: K }>
/** A part of the runtime that acts on what happens. `subject` is what told it: a cell, for what concerns an agent. */
type Reactor<K extends Kind, S> = (event: OfKind<K>, subject: S) => void

export interface EventHubOptions {
  readonly observers: readonly RuntimeObserver[]
  readonly own: readonly RuntimeObserver[]
  readonly logger: Logger
}

/** What a part that only tells needs. */
export interface Teller {
  tell(event: RuntimeEvent): void
  notice(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** Tells no one. */
export const SILENT: Teller = { tell: () => {}, notice: () => {} }

export class EventHub<S> implements Teller {
  readonly #reactors = new Map<Kind, ((event: never, subject: never) => void)[]>()
  readonly #own: readonly RuntimeObserver[]
  readonly #observers: readonly ObserverQueue[]

  /** `own`: the runtime's own observers, which never throw and ask for nothing that must be worked out first. */
  constructor({ observers, own, logger }: EventHubOptions) {
    this.#own = own
    this.#observers = observers.map((observer, index) => new ObserverQueue(observer, { index, logger }))
  }

  /** Reacts to one kind, for as long as the runtime lives. */
  on<K extends Kind>(kind: K, reactor: Reactor<K, S>): void {
    const reactors = this.#reactors.get(kind)
    if (reactors === undefined) this.#reactors.set(kind, [reactor])
    else reactors.push(reactor)
  }

  tell(event: RuntimeEvent, subject?: S): void {
    for (const observer of this.#own) observer(event)
    if (this.#observers.length > 0) {
      this.#observe(event)
      if (event.kind === 'recorded') for (const told of effectEventsOf(event)) this.#observe(told)
    }
    for (const reactor of this.#reactors.get(event.kind) ?? NONE) reactor(event as never, subject as never)
  }

  notice(level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void {
    this.tell(facts === undefined ? { kind: 'notice', level, message } : { kind: 'notice', level, message, facts })
  }

  #observe(event: RuntimeEvent): void {
    for (const observer of this.#observers) observer.tell(event)
  }
}

const NONE: readonly ((event: never, subject: never) => void)[] = []
