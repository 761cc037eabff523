/**
 * What must be known of a stream before anything is appended to it: its last revision, whether it is closed, its metadata.
 *
 * Invariants:
 * 1. A state says what the stream will be when all appends that were handed to the store are stored: the next one is
 *    decided on it without waiting.
 * 2. When the store answers otherwise, the state is forgotten and read again.
 */
import type { Store } from '@refold/core/store'
import { isMetadataStream, metadataStreamOf, type RecordedEvent } from './event.js'
import { fromStored } from './stored-form.js'
import { METADATA_OF_METADATA, NO_METADATA, parseMetadata, type StreamMetadata } from './stream-metadata.js'

export interface StreamState {
  /** -1: no event. */
  last: number
  /** Deleted hard, for ever. */
  isTombstoned: boolean
  metadata: StreamMetadata
}

const KEPT_STATES = 50_000

export class StreamStates {
  readonly #store: Store
  readonly #states = new Map<string, StreamState>()
  readonly #loading = new Map<string, Promise<StreamState>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** At once where it is known, so that appends are decided in the order in which they came. */
  get(stream: string): StreamState | Promise<StreamState> {
    return this.#states.get(stream) ?? this.#load(stream)
  }

  /** The state where it is known. */
  peek(stream: string): StreamState | undefined {
    return this.#states.get(stream)
  }

  /** What is known of the stream may be wrong. */
  forget(stream: string): void {
    this.#states.delete(stream)
    this.#loading.delete(stream)
  }

  #load(stream: string): Promise<StreamState> {
    const known = this.#loading.get(stream)
    if (known !== undefined) return known
    const loading = this.#read(stream).finally(() => {
      if (this.#loading.get(stream) === loading) this.#loading.delete(stream)
    })
    this.#loading.set(stream, loading)
    return loading
  }

  async #read(stream: string): Promise<StreamState> {
    const [newest, metadata] = await Promise.all([this.#newest(stream), this.#metadata(stream)])
    const isTombstoned = newest?.isTombstone === true
    const state = { last: (newest?.revision ?? -1) - (isTombstoned ? 1 : 0), isTombstoned, metadata }
    const known = this.#states.get(stream)
    if (known !== undefined) return known
    if (this.#states.size >= KEPT_STATES) this.#forgetOldest()
    this.#states.set(stream, state)
    return state
  }

  async #metadata(stream: string): Promise<StreamMetadata> {
    if (isMetadataStream(stream)) return METADATA_OF_METADATA
    const newest = await this.#newest(metadataStreamOf(stream))
    return newest === undefined ? NO_METADATA : parseMetadata(newest.data)
  }

  async #newest(stream: string): Promise<RecordedEvent | undefined> {
    for await (const [event] of this.#store.read(stream, { direction: 'backwards', limit: 1 }))
      return event && fromStored(event)
    return undefined
  }

  #forgetOldest(): void {
    for (const stream of this.#states.keys()) return void this.#states.delete(stream)
  }
}
