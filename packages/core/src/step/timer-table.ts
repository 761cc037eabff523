/**
 * The delayed events of a tree. XState's own rules: two schedules with one id both fire; `cancel` hits the last, and
 * nothing once either of them has fired. Those that no index names any more are *lost*.
 */
import { RefoldError } from '../errors.js'
import { changed, type StateMap } from '../record/large-map.js'
import type { Copies } from '../json/separate-copy.js'
import { isEventData } from '../record/event-data.js'
import { mapIn } from '../record/large-members.js'
import type { ActorId, TimerDocument, TimerId } from '../record/state-document.js'
import { denormalize, normalize, notAnEvent } from './normalize.js'
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

type TimerDocuments = { readonly [timer: TimerId]: TimerDocument }

export class TimerTable {
  readonly #timers = new Map<TimerId, LiveTimer>()
  readonly #index = new Map<string, TimerId>()
  readonly #bySource = new Map<ActorId, Set<TimerId>>()
  #documents: StateMap<TimerDocument> = Object.freeze({})
  /** Their documents are to be made, or go. */
  readonly #touched = new Set<TimerId>()

  schedule(key: TimerId, timer: NewTimer): void {
    const id = timer.id ?? key
    const name = nameOf(timer.source, id)
    this.#lose(name)
    this.#add(key, { ...timer, id, lost: false, document: undefined })
    this.#index.set(name, key)
    this.#touched.add(key)
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
    return [...this.#ofSource(source)]
  }

  /** Of one source; a lost one still fires, as in XState. */
  cancelAll(source: ActorId): void {
    if (this.#timers.size === 0) return
    for (const timer of this.#ofSource(source)) if (!timer.lost) this.cancel(source, timer.id)
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
    for (const key of this.#timers.keys()) this.#touched.add(key)
    this.#timers.clear()
    this.#index.clear()
    this.#bySource.clear()
  }

  hydrate(state: { readonly timers: TimerDocuments }, refTo: RefPort['refTo']): void {
    this.#documents = mapIn(state, 'timers')
    for (const [key, document] of Object.entries(state.timers)) {
      const { source, target, id, node, due, refs } = document
      const event = denormalize(document.event, refs, { port: { refTo }, at: '' }) as EventShape
      this.#add(key, { source, target, id, node, due, event, lost: document.lost === true, document })
      if (document.lost !== true) this.#index.set(nameOf(source, id), key)
    }
  }

  /** The same object when nothing changed. Survivors keep their places, new ones come last, as a patch leaves them. */
  documents(port: RefPort, copies: Copies): StateMap<TimerDocument> {
    if (this.#touched.size === 0) return this.#documents
    const values = new Map<TimerId, TimerDocument | undefined>()
    for (const key of this.#touched) {
      const timer = this.#timers.get(key)
      values.set(key, timer === undefined ? undefined : documentOf(timer, key, { port, copies }))
    }
    this.#touched.clear()
    return (this.#documents = changed(this.#documents, values))
  }

  *#ofSource(source: ActorId): Generator<LiveTimer, void, undefined> {
    for (const key of this.#bySource.get(source) ?? []) yield this.#timers.get(key) as LiveTimer
  }

  #add(key: TimerId, timer: LiveTimer): void {
    this.#timers.set(key, timer)
    const known = this.#bySource.get(timer.source)
    if (known === undefined) this.#bySource.set(timer.source, new Set([key]))
    else known.add(key)
  }

  #lose(name: string): void {
    const key = this.#index.get(name)
    const timer = key === undefined ? undefined : this.#timers.get(key)
    if (timer === undefined) return
    timer.lost = true
    if (timer.document !== undefined) timer.document = { ...timer.document, lost: true }
    this.#touched.add(key as TimerId)
  }

  #drop(key: TimerId): void {
    const timer = this.#timers.get(key)
    if (timer === undefined) return
    this.#timers.delete(key)
    this.#touched.add(key)
    const others = this.#bySource.get(timer.source)
    others?.delete(key)
    if (others?.size === 0) this.#bySource.delete(timer.source)
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

/** `path`: where the due time would have stood. */
export function noDelay(type: string, path: string): RefoldError {
  return new RefoldError('NOT_SERIALIZABLE', `${path}: the delay of "${type}" is no finite number`, {
    hint: 'Give a delay that is a finite number of milliseconds.',
    facts: { path },
  })
}

function documentOf(timer: LiveTimer, key: TimerId, settling: Settling): TimerDocument {
  if (timer.document !== undefined) return timer.document
  const at = `/timers/${key}`
  if (!Number.isFinite(timer.due)) throw noDelay(timer.event.type, `${at}/due`)
  const { source, target, id, node, due } = timer
  const event = settleEvent(timer.event, `${at}/event`, settling)
  if (!isEventData(event.json)) throw notAnEvent('what is to be sent after a delay', `${at}/event`)
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

/** The references stand beside the event, with pointers into it; an error names the whole path. */
function settleEvent(event: EventShape, at: string, { port, copies }: Settling): Normalized {
  const { json, refs, live } = normalize(event, { port, at, copies })
  const below =
    refs === undefined
      ? undefined
      : Object.fromEntries(Object.entries(refs).map(([pointer, id]) => [pointer.slice(at.length), id]))
  return { json, refs: below, live }
}
