/**
 * The log of the dev-server: what EventStoreDB's streams are, on top of the store port. All writing goes through here.
 *
 * Invariants:
 * 1. Between the decision on a stream's state and the hand-over to the store nothing is awaited: appends to one stream
 *    are stored in the order in which they were decided, many of them in one commit.
 * 2. Someone is told of an event only after the store said that it is stored.
 */
import { randomUUID } from 'node:crypto'
import { invariant, RefoldError, toRevision, type Store } from '@refold/core/store'
import { decideAppend, explicitRevision, type AppendDecision, type KnownRevisions } from './decide-append.js'
import {
  describedStream,
  isMetadataStream,
  METADATA_TYPE,
  metadataStreamOf,
  TOMBSTONE_TYPE,
  type ExpectedRevision,
  type ProposedEvent,
} from './event.js'
import { LogSignals } from './log-signals.js'
import { seenPosition } from './positions.js'
import { lastPosition } from './read-log.js'
import { RecentAppends } from './recent-appends.js'
import { toStored } from './stored-form.js'
import { NO_METADATA, parseMetadata, SOFT_DELETED, undeleted } from './stream-metadata.js'
import { StreamStates, type StreamState } from './stream-states.js'

export type AppendOutcome =
  /** `position`: of the last event; of the log when there were no events. */
  | { readonly kind: 'stored'; readonly last: number; readonly position: number }
  | Exclude<AppendDecision, { readonly kind: 'append' | 'repeat' }>

export interface AppendRequest {
  readonly expected: ExpectedRevision
  readonly events: readonly ProposedEvent[]
}

export interface DeleteRequest {
  readonly expected: ExpectedRevision
  /** `hard`: for ever. */
  readonly kind: 'soft' | 'hard'
}

/** Another process that writes the same file can be quicker so many times in a row. */
const MAX_CONFLICTS = 20

type Stored = { readonly kind: 'stored'; readonly position: number } | { readonly kind: 'conflict' }

export class EventLog {
  readonly store: Store
  readonly signals = new LogSignals()
  readonly states: StreamStates
  readonly #recent = new RecentAppends()
  readonly #now: () => number
  readonly #onError: (error: unknown) => void

  /** `onError` is told why the store did not take something; so is who asked for it. */
  constructor(
    store: Store,
    { now, onError }: { readonly now: () => number; readonly onError: (error: unknown) => void },
  ) {
    this.store = store
    this.#onError = onError
    this.states = new StreamStates(store)
    this.#now = now
  }

  now(): number {
    return this.#now()
  }

  /** Rejects with the store's errors. */
  async append(stream: string, request: AppendRequest): Promise<AppendOutcome> {
    for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
      const outcome = await this.#tryAppend(stream, request)
      if (outcome !== undefined) return outcome
    }
    throw tooManyConflicts(stream)
  }

  async delete(stream: string, request: DeleteRequest): Promise<AppendOutcome> {
    for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
      const outcome = await this.#tryDelete(stream, request)
      if (outcome !== undefined) return outcome
    }
    throw tooManyConflicts(stream)
  }

  /** Notices, until the signal aborts, what other processes append to the same store. */
  async followOthers({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    for await (const appends of this.store.externalAppends({ signal })) {
      for (const { stream } of appends) {
        this.states.forget(stream)
        if (isMetadataStream(stream)) this.states.forget(describedStream(stream))
        this.signals.notify(stream)
      }
    }
  }

  /** `undefined`: someone else was quicker. */
  async #tryAppend(stream: string, { expected, events }: AppendRequest): Promise<AppendOutcome | undefined> {
    const { state, described } = await this.#ready(stream)
    let known: KnownRevisions = events.map(({ id }) => this.#recent.get(id, stream)?.revision)
    const revision = explicitRevision(expected)
    if (revision !== undefined && revision < state.last && known.includes(undefined))
      known = await this.#storedRevisions(stream, { events, after: revision })
    const decision = described?.isTombstoned === true ? DELETED : decideAppend(state, { expected, known })
    switch (decision.kind) {
      case 'repeat':
        return this.#repeated(stream, { events, last: decision.last })
      case 'append':
        if (this.states.peek(stream) !== state) return undefined
        if (events.length === 0) return { kind: 'stored', last: state.last, position: await lastPosition(this.store) }
        return this.#carryOut(stream, { state, described, events })
      default:
        return decision
    }
  }

  /** The states that a decision on this stream stands on. The last thing that an append waits for. */
  async #ready(stream: string): Promise<{ readonly state: StreamState; readonly described: StreamState | undefined }> {
    const needed = isMetadataStream(stream) ? describedStream(stream) : metadataStreamOf(stream)
    let state = this.states.peek(stream) ?? (await this.states.get(stream))
    const isMetadata = isMetadataStream(stream)
    if (!isMetadata && state.metadata.isDeleted !== true) return { state, described: undefined }
    const other = this.states.peek(needed) ?? (await this.states.get(needed))
    state = this.states.peek(stream) ?? (await this.states.get(stream))
    return { state, described: isMetadata ? other : undefined }
  }

  async #carryOut(
    stream: string,
    request: {
      readonly state: StreamState
      readonly described: StreamState | undefined
      readonly events: readonly ProposedEvent[]
    },
  ): Promise<AppendOutcome | undefined> {
    const { state, described, events } = request
    const wasDeleted = state.metadata.isDeleted === true
    const from = state.last + 1
    const storing = this.#put(stream, { state, events })
    const { last } = state
    const following = [
      wasDeleted && this.#putMetadata(stream, { state, text: undeleted(state.metadata, { from }) }),
      described !== undefined && this.#describe(stream, { described, events }),
    ]
    const [stored] = await Promise.all([storing, ...following])
    return stored.kind === 'conflict' ? undefined : { kind: 'stored', last, position: stored.position }
  }

  /** What was appended to a metadata stream becomes the metadata. */
  #describe(
    metadataStream: string,
    { described, events }: { readonly described: StreamState; readonly events: readonly ProposedEvent[] },
  ): Promise<Stored> | undefined {
    const wasDeleted = described.metadata.isDeleted === true
    described.metadata = parseMetadata(events.at(-1)?.data ?? new Uint8Array())
    if (!wasDeleted || described.metadata.isDeleted === true) return undefined
    const text = undeleted(described.metadata, { from: described.last + 1 })
    return this.#putMetadata(describedStream(metadataStream), { state: described, text })
  }

  async #tryDelete(stream: string, { expected, kind }: DeleteRequest): Promise<AppendOutcome | undefined> {
    await this.states.get(metadataStreamOf(stream))
    const state = await this.states.get(stream)
    const decision = decideAppend(state, { expected, known: [] })
    if (decision.kind === 'repeat') return undefined
    if (decision.kind !== 'append') return decision
    const isUnknown = state.last < 0 && state.metadata === NO_METADATA
    if (kind === 'soft' && isUnknown) return { kind: 'wrong-version', last: state.last }
    if (this.states.peek(stream) !== state) return undefined
    const storing =
      kind === 'hard' ? this.#putTombstone(stream, state) : this.#putMetadata(stream, { state, text: SOFT_DELETED })
    const stored = await storing
    return stored.kind === 'conflict' ? undefined : { kind: 'stored', last: state.last, position: stored.position }
  }

  #putTombstone(stream: string, state: StreamState): Promise<Stored> {
    const tombstone = { ...NO_CONTENT, id: randomUUID(), type: TOMBSTONE_TYPE, isJson: false }
    const storing = this.#put(stream, { state, events: [tombstone], isTombstone: true })
    state.last-- // no revision that the stream counts
    state.isTombstoned = true
    return storing
  }

  /** Nothing is awaited before the store has it, if the state of the metadata stream is known. */
  async #putMetadata(
    stream: string,
    { state, text }: { readonly state: StreamState; readonly text: string },
  ): Promise<Stored> {
    const metadataStream = metadataStreamOf(stream)
    const data = Buffer.from(text)
    const event = { ...NO_CONTENT, id: randomUUID(), type: METADATA_TYPE, isJson: true, data }
    state.metadata = parseMetadata(data)
    const metadataState = this.states.peek(metadataStream) ?? (await this.states.get(metadataStream))
    return this.#put(metadataStream, { state: metadataState, events: [event] })
  }

  /** Hands events to the store, at once. */
  #put(
    stream: string,
    put: { readonly state: StreamState; readonly events: readonly ProposedEvent[]; readonly isTombstone?: boolean },
  ): Promise<Stored> {
    const { state, events, isTombstone = false } = put
    const expected = state.last < 0 ? 'no_stream' : toRevision(BigInt(state.last))
    const createdMs = this.#now()
    const newEvents = events.map((event) => toStored(event, { createdMs, isTombstone }))
    const storing = this.#settled(stream, { events, appending: this.store.append(stream, newEvents, { expected }) })
    const position = storing.then((stored) => {
      if (stored.kind === 'conflict') throw tooManyConflicts(stream)
      return stored.position
    })
    position.catch(() => {}) // told to the one who appended
    for (const { id } of events) this.#recent.remember(id, stream, { revision: ++state.last, position })
    return storing
  }

  async #settled(
    stream: string,
    put: { readonly events: readonly ProposedEvent[]; readonly appending: ReturnType<Store['append']> },
  ): Promise<Stored> {
    try {
      const result = await put.appending
      if (result.ok) {
        this.signals.notify(stream)
        return { kind: 'stored', position: seenPosition(result.position) }
      }
      this.#undo(stream, put.events)
      return { kind: 'conflict' }
    } catch (error) {
      this.#undo(stream, put.events)
      this.#onError(error)
      throw error
    }
  }

  #undo(stream: string, events: readonly ProposedEvent[]): void {
    for (const { id } of events) this.#recent.forget(id, stream)
    this.states.forget(stream)
    if (isMetadataStream(stream)) this.states.forget(describedStream(stream))
  }

  /** At which of the revisions after this one the events stand. */
  async #storedRevisions(
    stream: string,
    { events, after }: { readonly events: readonly ProposedEvent[]; readonly after: number },
  ): Promise<KnownRevisions> {
    const found: { readonly id: string; readonly revision: number }[] = []
    const range = { from: toRevision(BigInt(after + 1)), limit: events.length }
    for await (const page of this.store.read(stream, range))
      for (const { id, revision } of page) found.push({ id, revision: Number(revision) })
    return events.map(({ id }, index) => (found[index]?.id === id ? found[index].revision : undefined))
  }

  async #repeated(
    stream: string,
    { events, last }: { readonly events: readonly ProposedEvent[]; readonly last: number },
  ): Promise<AppendOutcome | undefined> {
    const id = events.at(-1)?.id ?? ''
    const recent = this.#recent.get(id, stream)
    if (recent !== undefined) return { kind: 'stored', last, position: await recent.position }
    for await (const [event] of this.store.read(stream, { from: toRevision(BigInt(last)), limit: 1 })) {
      invariant(event !== undefined, `a page of ${stream} without events`)
      return { kind: 'stored', last, position: seenPosition(event.position) }
    }
    return undefined
  }
}

const NO_CONTENT = { data: new Uint8Array(), metadata: new Uint8Array() }
const DELETED: AppendDecision = { kind: 'deleted' }

function tooManyConflicts(stream: string): RefoldError {
  return new RefoldError('CONFLICT', `${MAX_CONFLICTS} conflicts in a row on ${stream}`, {
    hint: 'Other processes write to the same file: give the dev-server a file of its own.',
    facts: { stream },
  })
}
