/**
 * The delayed events of a tree. XState's own rules: two schedules with one id both fire; `cancel` hits the last, and
 * nothing once either of them has fired. Those that no index names any more are *lost*.
 */
import { RefoldError } from '../errors.js'
import type { Copies } from '../json/separate-copy.js'
import { isEventData } from '../record/event-data.js'
import type { ActorId, TimerDocument, TimerId } from '../record/state-document.js'
import { normalize, denormalize } from './normalize.js'
import type { RefPort, Normalized } from './normalize.js'
import type { EventShape } from './xstate/shapes.js'

export interface NewTimer {
  readonly source: ActorId
  readonly target: ActorId
  /** XState's id of the delayed event; without one, the timer's own. */
  readonly id: string | undefined
  /** The state node whose `after` it is. */
  readonly node: string | undefined
  readonly due: number
  readonly event: EventShape
}

interface LiveTimer {
  readonly source: ActorId
  readonly target: ActorId
  readonly id: string
  readonly node: string | undefined
  readonly due: number
  readonly event: EventShape
  lost: boolean
  document: TimerDocument | undefined
}

export type TimerDocuments = { readonly [timer: TimerId]: TimerDocument }

export class TimerTable {
  readonly #timers = new Map<TimerId, LiveTimer>()
  readonly #index = new Map<string, TimerId>()
  #documents: TimerDocuments = Object.freeze({})
  #changed = false

  schedule(key: TimerId, timer: NewTimer): void {
    const id = timer.id ?? key
    const name = nameOf(timer.source, id)
    this.#lose(name)
    this.#timers.set(key, { ...timer, id, lost: false, document: undefined })
    this.#index.set(name, key)
    this.#changed = true
  }

  cancel(source: ActorId, id: string): void {
    const name = nameOf(source, id)
    const key = this.#index.get(name)
    if (key === undefined) return
    this.#index.delete(name)
    this.#drop(key)
  }

  /** Of one source. */
  of(source: ActorId): readonly { readonly id: string; readonly node: string | undefined }[] {
    return [...this.#timers.values()].filter((timer) => timer.source === source)
  }

  /** Of one source; a lost one still fires, as in XState. */
  cancelAll(source: ActorId): void {
    if (this.#timers.size === 0) return
    for (const timer of this.#timers.values()) if (timer.source === source && !timer.lost) this.cancel(source, timer.id)
  }

  /** Removes the timer that fires. `undefined`: it was cancelled meanwhile. */
  take(key: TimerId): { readonly target: ActorId; readonly event: EventShape } | undefined {
    const timer = this.#timers.get(key)
    if (timer === undefined) return undefined
    const name = nameOf(timer.source, timer.id)
    if (this.#index.get(name) !== key) this.#lose(name)
    this.#index.delete(name)
    this.#drop(key)
    return timer
  }

  clear(): void {
    if (this.#timers.size === 0) return
    this.#timers.clear()
    this.#index.clear()
    this.#changed = true
  }

  hydrate(documents: TimerDocuments, refTo: RefPort['refTo']): void {
    this.#documents = documents
    for (const [key, document] of Object.entries(documents)) {
      const { source, target, id, node, due, refs } = document
      const event = denormalize(document.event, refs, { port: { refTo }, at: '' }) as EventShape
      this.#timers.set(key, { source, target, id, node, due, event, lost: document.lost === true, document })
      if (document.lost !== true) this.#index.set(nameOf(source, id), key)
    }
  }

  /** The same object when nothing changed. Survivors keep their places, new ones come last, as a patch leaves them. */
  documents(port: RefPort, copies: Copies): TimerDocuments {
    if (!this.#changed) return this.#documents
    this.#changed = false
    const next: { [timer: TimerId]: TimerDocument } = {}
    for (const key in this.#documents) {
      const timer = this.#timers.get(key)
      if (timer !== undefined) next[key] = documentOf(timer, key, { port, copies })
    }
    for (const [key, timer] of this.#timers) next[key] ??= documentOf(timer, key, { port, copies })
    return (this.#documents = next)
  }

  #lose(name: string): void {
    const key = this.#index.get(name)
    const timer = key === undefined ? undefined : this.#timers.get(key)
    if (timer === undefined) return
    timer.lost = true
    if (timer.document !== undefined) timer.document = { ...timer.document, lost: true }
    this.#changed = true
  }

  #drop(key: TimerId): void {
    if (this.#timers.delete(key)) this.#changed = true
  }
}

/** Actor ids hold dots: with one between, source and id could be read in two ways. */
function nameOf(source: ActorId, id: string): string {
  return `${source} ${id}`
}

interface Settling {
  readonly port: RefPort
  readonly copies: Copies
}

function documentOf(timer: LiveTimer, key: TimerId, settling: Settling): TimerDocument {
  if (timer.document !== undefined) return timer.document
  const at = `/timers/${key}`
  if (!Number.isFinite(timer.due)) {
    const hint = 'Give a delay that is a finite number of milliseconds.'
    throw new RefoldError('NOT_SERIALIZABLE', `${at}/due: the delay of "${timer.event.type}" is no finite number`, {
      hint,
      facts: { path: `${at}/due` },
    })
  }
  const { source, target, id, node, due } = timer
  const event = settleEvent(timer.event, `${at}/event`, settling)
  if (!isEventData(event.json)) throw notAnEvent(`${at}/event`)
  const refs = event.refs === undefined ? undefined : { refs: event.refs }
  timer.document = {
    source,
    target,
    id,
    ...(node === undefined ? undefined : { node }),
    due,
    event: event.json,
    ...(timer.lost ? { lost: true as const } : undefined),
    ...refs,
  }
  ;(timer as { event: EventShape }).event = event.live as EventShape
  return timer.document
}

function notAnEvent(path: string): RefoldError {
  const hint = 'Events are objects with a `type`.'
  return new RefoldError('INVALID_EVENT', 'what is to be sent after a delay is no event', { hint, facts: { path } })
}

/** The references stand beside the event, with pointers into it; an error names the whole path. */
function settleEvent(event: EventShape, at: string, { port, copies }: Settling): Normalized {
  const { json, refs, live } = normalize(event, { port, at, copies })
  const below =
    refs === undefined
      ? undefined
      : Object.fromEntries(Object.entries(refs).map(([pointer, id]) => [pointer.slice(at.length), id]))
  return { json, refs: below, live }
}
