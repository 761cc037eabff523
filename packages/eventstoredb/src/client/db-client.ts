/** The mapping to `@eventstore/db-client`: with `serialised-event.ts` the only file that knows its names. */
import type { Duplex, Readable } from 'node:stream'
import {
  ANY,
  BACKWARDS,
  END,
  ErrorType,
  EventStoreDBClient,
  FORWARDS,
  START,
  STREAM_NAME,
  convertToCommandError,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type ResolvedEvent,
  type StreamSubscription,
} from '@eventstore/db-client'
import { guardBatchStream } from './batch-guard.js'
import { badConnectionString, checkConnectionOptions, withOwnSocket } from './connection-string.js'
import { BehindNode, NoAnswer, NotAsked, type Failure } from './failure.js'
import { guardReconnecting } from './reconnect-guard.js'
import { toEventData } from './serialised-event.js'
import { EVENTS_A_CHECKPOINT } from './wire.js'
import type { StreamFilter, WireAppended, WireCall, WireClient, WireItem, WireReadOptions } from './wire.js'

type Sent = Parameters<WireClient['append']>
type Reject = (error: unknown) => void

/** Items that the client keeps ready for a slow consumer. */
const READ_AHEAD = { highWaterMark: 256 }
const CAUGHT_UP: WireItem = { kind: 'caught-up' }
/** Streams of users: neither the server's own (`$`) nor ours for registers (`~`). */
const USER_STREAMS = '^[^$~]'
/** Events that the server looks through at once. */
const SEARCH_WINDOW = 32

let opened = 0

/**
 * Throws `INVALID_INPUT` for a string that is none. Connects when it is first used, by a socket of its own: gRPC would let
 * clients with equal settings share one, and a new client would inherit the dead socket of the one that it replaces.
 */
export function openClient(connectionString: string): WireClient {
  checkConnectionOptions(connectionString)
  try {
    return new DbClient(EventStoreDBClient.connectionString(withOwnSocket(connectionString, opened++)))
  } catch (error) {
    throw badConnectionString(error instanceof Error ? error.message : String(error))
  }
}

/** What went wrong, whatever class and shape the client gave it. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof NoAnswer) return { kind: 'lost' }
  if (thrown instanceof BehindNode) return { kind: 'not-leader' }
  if (thrown instanceof NotAsked) return notAsked(failureOf(thrown.cause))
  const error: unknown = thrown instanceof Error ? convertToCommandError(thrown) : thrown
  const text = error instanceof Error ? error.message : String(error)
  const { type, actualVersion } = error as { readonly type?: string; readonly actualVersion?: bigint | 'no_stream' }
  switch (type) {
    case ErrorType.WRONG_EXPECTED_VERSION:
      return {
        kind: 'conflict',
        actual: typeof actualVersion === 'bigint' && actualVersion >= 0n ? actualVersion : 'no_stream',
      }
    case ErrorType.STREAM_NOT_FOUND:
    case ErrorType.NO_STREAM:
      return { kind: 'not-found' }
    case ErrorType.STREAM_DELETED:
      return { kind: 'deleted' }
    case ErrorType.ACCESS_DENIED:
      return { kind: 'denied' }
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return { kind: 'too-large' }
    case ErrorType.NOT_LEADER:
      return { kind: 'not-leader' }
    default:
      if (text.includes('InvalidPosition')) return { kind: 'not-found' } // no event stands there
      if (/PERMISSION_DENIED|UNAUTHENTICATED/.test(text)) return { kind: 'denied' }
      if (/could not recognize (bad ?request|invalid)|INVALID_ARGUMENT/i.test(text)) return { kind: 'refused' }
      return { kind: isNeverSent(text) ? 'not-sent' : 'lost' }
  }
}

function notAsked(failure: Failure): Failure {
  return failure.kind === 'lost' ? { kind: 'not-sent' } : failure
}

/** grpc-js says so for a call that never got a connection. */
function isNeverSent(text: string): boolean {
  return /No connection established|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|Name resolution failed|Failed to discover/.test(
    text,
  )
}

class DbClient implements WireClient {
  isSpoiled = false
  readonly #client: EventStoreDBClient
  readonly #pending = new Set<Reject>()
  /** Reads and subscriptions that no one has left. */
  readonly #calls = new Set<Readable>()
  #used = false

  constructor(client: EventStoreDBClient) {
    this.#client = client
    guardAppends(client, (error) => this.#rejectPending(error))
    guardReconnecting(client, { onSpoiled: () => (this.isSpoiled = true) })
  }

  append(...[stream, events, { expected, deadlineMs }]: Sent): Promise<WireAppended> {
    this.#used = true
    return new Promise((resolve, reject) => {
      this.#pending.add(reject)
      const sent = this.#client.appendToStream(stream, events.map(toEventData), {
        expectedRevision: expected === 'any' ? ANY : expected,
        deadline: deadlineMs,
        requiresLeader: true,
      })
      const answered = sent.then(({ nextExpectedRevision, position }) => {
        resolve({ revision: nextExpectedRevision, position: position?.commit ?? 0n })
      }, reject)
      void answered.finally(() => this.#pending.delete(reject))
    })
  }

  readStream(...[stream, options]: Parameters<WireClient['readStream']>): WireCall {
    this.#used = true
    const read = this.#client.readStream(
      stream,
      { ...rangeOf(options), fromRevision: options.from ?? startOf(options) },
      READ_AHEAD,
    )
    return this.#called(read as never, () => read.cancel())
  }

  readAll(options: WireReadOptions): WireCall {
    this.#used = true
    const read = this.#client.readAll(
      { ...rangeOf(options), fromPosition: options.from === undefined ? startOf(options) : positionAt(options.from) },
      READ_AHEAD,
    )
    return this.#called(read as never, () => read.cancel())
  }

  followStream(...[stream, { after }]: Parameters<WireClient['followStream']>): WireCall {
    this.#used = true
    return this.#followed(
      this.#client.subscribeToStream(stream, { fromRevision: after ?? START, requiresLeader: true }, READ_AHEAD),
    )
  }

  followAll({ after, filter }: Parameters<WireClient['followAll']>[0]): WireCall {
    this.#used = true
    const subscription: AllStreamSubscription = this.#client.subscribeToAll(
      {
        fromPosition: after === undefined ? START : positionAt(after),
        requiresLeader: true,
        filter: {
          filterOn: STREAM_NAME,
          ...streamExpression(filter),
          checkpointInterval: EVENTS_A_CHECKPOINT / SEARCH_WINDOW,
          maxSearchWindow: SEARCH_WINDOW,
          checkpointReached: async (_, { commit }) => {
            subscription.push({ kind: 'checkpoint', position: commit } satisfies WireItem)
          },
        },
      },
      READ_AHEAD,
    )
    return this.#followed(subscription)
  }

  async setStreamMetadata(...[stream, metadata, options]: Parameters<WireClient['setStreamMetadata']>): Promise<void> {
    this.#used = true
    await this.#client.setStreamMetadata(stream, metadata, { deadline: options.deadlineMs, requiresLeader: true })
  }

  async deleteStream(stream: string, { deadlineMs }: { readonly deadlineMs: number }): Promise<void> {
    this.#used = true
    await this.#client.deleteStream(stream, { expectedRevision: ANY, deadline: deadlineMs, requiresLeader: true })
  }

  async dispose({ withinMs }: { readonly withinMs: number }): Promise<void> {
    const closed = new Error('the connection was closed')
    this.#rejectPending(closed)
    for (const items of this.#calls) items.destroy(closed)
    if (!this.#used) return
    const internals = this.#client as unknown as { getChannel(): Promise<{ close(): void }> }
    const close = async (): Promise<void> => {
      await this.#client.dispose()
      const channel = await internals.getChannel()
      channel.close()
    }
    await Promise.race([close().catch(() => {}), new Promise((resolve) => setTimeout(resolve, withinMs).unref())])
  }

  /** The client cancels what runs when it is closed, and then ends it as if everything was given. */
  #called(items: Readable, cancel: () => Promise<void>): WireCall {
    this.#calls.add(items)
    const leave = (): Promise<void> => {
      this.#calls.delete(items)
      return cancel()
    }
    return { items, toItem, cancel: leave }
  }

  /** `caughtUp` is put into the row of events, or it would overtake those that wait to be taken. */
  #followed(subscription: StreamSubscription | AllStreamSubscription): WireCall {
    subscription.on('caughtUp', () => subscription.push(CAUGHT_UP))
    return this.#called(subscription as never, () => subscription.unsubscribe())
  }

  #rejectPending(error: unknown): void {
    for (const reject of this.#pending) reject(error)
    this.#pending.clear()
  }
}

interface Guarded {
  GRPCStreamCreator(
    this: void,
    client: unknown,
    name: string,
    create: (client: unknown) => unknown,
    cache?: unknown,
  ): () => Promise<unknown>
}

function guardAppends(client: EventStoreDBClient, onBroken: Reject): void {
  const guarded = client as unknown as Guarded // protected, but this is where every stream of appends is made
  const original = guarded.GRPCStreamCreator
  guarded.GRPCStreamCreator = (grpcClient, name, create, cache) => {
    if (name !== 'appendToStream') return original(grpcClient, name, create, cache)
    const createGuarded = (made: unknown): unknown => {
      const stream = create(made) as Duplex
      guardBatchStream(stream, { onBroken })
      return stream
    }
    return original(grpcClient, name, createGuarded, cache)
  }
}

function rangeOf({ backwards, limit }: WireReadOptions) {
  const direction = backwards === true ? BACKWARDS : FORWARDS
  return { direction, maxCount: limit ?? Number.MAX_SAFE_INTEGER, requiresLeader: true } as const
}

function startOf({ backwards }: WireReadOptions): typeof START | typeof END {
  return backwards === true ? END : START
}

function streamExpression({ prefix }: StreamFilter): { readonly prefixes: string[] } | { readonly regex: string } {
  return prefix === '' ? { regex: USER_STREAMS } : { prefixes: [prefix] }
}

function toItem(given: unknown): WireItem | undefined {
  if ((given as WireItem).kind !== undefined) return given as WireItem
  const { event, commitPosition } = given as ResolvedEvent & AllStreamResolvedEvent & { commitPosition?: bigint }
  if (event === undefined) return undefined // a link to an event that was deleted
  return {
    kind: 'event',
    stream: event.streamId,
    id: event.id,
    type: event.type,
    revision: event.revision,
    position: event.position?.commit ?? commitPosition ?? 0n,
    data: event.data,
    metadata: event.metadata,
  }
}

function positionAt(position: bigint): { readonly commit: bigint; readonly prepare: bigint } {
  return { commit: position, prepare: position }
}
