/**
 * The one way to the streams of agents, and of what concerns them all: appending, reading, following, snapshots. What is
 * stored passes the codecs here, and what readers see passes the upcasters; nothing else in Refold touches a store for it.
 */
import { isRefoldError } from '../errors.js'
import type { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { withoutUndefined } from '../json/without-undefined.js'
import type { NewRecord } from '../record/record.js'
import type { Position } from '../record/revision.js'
import type { ReplayOptions, ReplayTarget } from '../record/replay.js'
import type {
  AppendOptions,
  AppendResult,
  NewEvent,
  ReadOptions,
  Store,
  StoredEvent,
  SubscribeTarget,
  SubscriptionItem,
} from '../store/port.js'
import type { ScannedPage, ScanOptions } from '../store/projection-port.js'
import { isGone } from './codec.js'
import type { Codec } from './codec.js'
import { keptOrder } from './kept-order.js'
import type { KeptOrder } from './kept-order.js'
import { openEvent, sealEvent, unopened } from './sealed-event.js'
import { snapshotFile } from './snapshots.js'
import type { Snapshot } from './snapshots.js'
import { upcast } from './upcaster.js'
import type { ReadableEvent, Upcaster } from './upcaster.js'

/** What a store gives beside streams: every part of the runtime may use it. */
export type StoreServices = Pick<
  Store,
  'directory' | 'registers' | 'projections' | 'presence' | 'externalAppends' | 'close'
>

export interface AgentLogOptions {
  /** In the order of encoding. */
  readonly codecs?: readonly Codec[] | undefined
  readonly upcasters?: readonly Upcaster[] | undefined
}

/** Events that are ready to be stored, and to be stored again when an answer was lost. */
export type SealedBatch = readonly NewEvent[] & { readonly '~sealed': true }

/** How the whole log is followed. */
export interface FollowAllOptions {
  readonly after?: Position | undefined
  readonly signal?: AbortSignal | undefined
  /** Whose events are decoded, by their stream: those of others are given as they are stored. */
  readonly isRead: (stream: string) => boolean
}

/** `undecoded`: an event that is wanted, as it is stored, since no codec here decodes it; `gone`: a codec says that none ever will. */
export type LogItem =
  | SubscriptionItem
  | { readonly kind: 'undecoded' | 'gone'; readonly event: StoredEvent; readonly error: RefoldError }

export interface AgentLog {
  /** Encodes once. What comes out may be appended many times: it is the identical batch. Throws `STORE_REJECTED`. */
  seal(stream: string, events: readonly NewRecord[] | readonly NewEvent[]): SealedBatch | Promise<SealedBatch>
  /** As the store's. */
  append(stream: string, batch: SealedBatch, options: AppendOptions): Promise<AppendResult>
  /** As the store's, with what was encoded decoded. Of an event that cannot be, data and metadata throw `UNREADABLE`. */
  read(stream: string, options?: ReadOptions): AsyncIterable<readonly StoredEvent[]>
  /** As the store's; absent where the store has none, or codecs stand between it and the fold. */
  readonly replay: ((stream: string, options: ReplayOptions, target: ReplayTarget) => Promise<void>) | undefined
  /** As the store's; absent where the store has none, or codecs stand between it and the reader. */
  readonly scan: ((options?: ScanOptions) => AsyncIterable<ScannedPage>) | undefined
  /** As the store's, decoded. */
  subscribe(target: SubscribeTarget, options?: { readonly signal?: AbortSignal }): AsyncIterable<SubscriptionItem>
  /** The log of all agents, as the store's `subscribe`. */
  followAll(options: FollowAllOptions): AsyncIterable<LogItem>
  /** The last event of all streams, as it is stored. */
  newest(): Promise<StoredEvent | undefined>
  /** Whether a copy kept the order of the log that it is from. */
  keptOrder(): Promise<KeptOrder>
  /** The log behind a position, as it is stored. */
  readAll(options: {
    readonly after?: Position | undefined
    readonly limit: number
  }): AsyncIterable<readonly StoredEvent[]>
  /** The event as readers of today see it. Throws `UPCAST_FAILED`. */
  upcast(event: ReadableEvent, definition: string): ReadableEvent
  readonly snapshots: {
    /** `undefined`: there is none that is of any use. Throws what the store throws. */
    read(stream: string): Promise<Snapshot | undefined>
    write(stream: string, snapshot: Snapshot): Promise<void>
  }
}

export interface AgentReaderOptions extends AgentLogOptions {
  /**
   * Told of an event that cannot be decoded, which is then given as it is stored: its header is readable without a key. Absent:
   * what looks at its data or metadata gets the error.
   */
  readonly onUnreadable?: (event: StoredEvent, error: RefoldError) => void
}

/** The part of the log that only reads. */
export type AgentReader = Pick<AgentLog, 'read' | 'subscribe' | 'upcast'>

/** For readers of what is no whole store: an exported file has only `read`. A subscription to such a one ends at once. */
export function agentReader(
  source: Pick<Store, 'read'> & Partial<Pick<Store, 'subscribe'>>,
  { codecs = [], upcasters = [], onUnreadable }: AgentReaderOptions = {},
): AgentReader {
  const open = async (event: StoredEvent): Promise<StoredEvent> => {
    try {
      return await openEvent(codecs, event)
    } catch (error) {
      if (!isRefoldError(error, 'UNREADABLE')) throw error // it is tried again
      if (onUnreadable === undefined) return unopened(event, error)
      onUnreadable(event, error)
      return event
    }
  }
  return {
    // Also without codecs: what another process encoded must be told to be unreadable, not to be damaged.
    read: (stream, options) => opened(source.read(stream, options), open),
    subscribe: (target, options) => openedItems(source.subscribe?.(target, options) ?? NOTHING, open),
    upcast: (event, definition) => (upcasters.length === 0 ? event : upcast(upcasters, event, definition)),
  }
}

type OpenEvent = (event: StoredEvent) => Promise<StoredEvent>

const NOTHING: AsyncIterable<SubscriptionItem> = { [Symbol.asyncIterator]: () => ({ next: async () => END }) }
const END = { done: true, value: undefined } as const

/** The log of agents in a store. */
export function agentLog(
  store: Pick<Store, 'append' | 'read' | 'readAll' | 'replay' | 'scan' | 'subscribe' | 'registers'>,
  options: AgentLogOptions = {},
): AgentLog {
  const { codecs = [] } = options
  const isPlain = codecs.length === 0
  const snapshots = snapshotFile(store.registers, codecs)
  return {
    seal: (stream, events) => {
      const plain = events as unknown as SealedBatch // a record is JSON; its interface only names the members
      if (isPlain) return plain
      const sealed = Promise.all(plain.map((event) => sealEvent(codecs, stream, event)))
      return sealed as unknown as Promise<SealedBatch>
    },
    append: (stream, batch, options) => store.append(stream, batch, options),
    ...agentReader(store, options),
    followAll: ({ after, signal, isRead }) =>
      openedLog(store.subscribe({ all: true, ...withoutUndefined({ after }) }, withoutUndefined({ signal })), {
        codecs,
        isRead,
      }),
    replay: replayOf(store, options),
    scan: isPlain && store.scan !== undefined ? store.scan.bind(store) : undefined,
    newest: async () => {
      for await (const [last] of store.readAll({ direction: 'backwards', limit: 1 })) return last
      return undefined
    },
    keptOrder: () => keptOrder(store.registers),
    readAll: ({ after, limit }) => store.readAll({ ...(after === undefined ? undefined : { after }), limit }),
    snapshots,
  }
}

/** The store's, where nothing stands between what is stored and the fold. */
export function replayOf(store: Pick<Store, 'replay'>, { codecs = [] }: AgentLogOptions): AgentLog['replay'] {
  return codecs.length === 0 ? store.replay?.bind(store) : undefined
}

async function* opened(
  pages: AsyncIterable<readonly StoredEvent[]>,
  open: OpenEvent,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  for await (const page of pages) {
    if (!page.some(isSealed)) {
      yield page
      continue
    }
    yield await Promise.all(page.map(open))
  }
}

async function* openedItems(
  items: AsyncIterable<SubscriptionItem>,
  open: OpenEvent,
): AsyncGenerator<SubscriptionItem, void, undefined> {
  for await (const item of items) {
    if (item.kind === 'event' && isSealed(item.event)) yield { kind: 'event', event: await open(item.event) }
    else yield item
  }
}

async function* openedLog(
  items: AsyncIterable<SubscriptionItem>,
  { codecs, isRead }: Pick<FollowAllOptions, 'isRead'> & { readonly codecs: readonly Codec[] },
): AsyncGenerator<LogItem, void, undefined> {
  for await (const item of items) {
    if (item.kind !== 'event' || !isRead(item.event.stream) || !isSealed(item.event)) yield item
    else yield await openedItem(codecs, item.event)
  }
}

async function openedItem(codecs: readonly Codec[], event: StoredEvent): Promise<LogItem> {
  try {
    return { kind: 'event', event: await openEvent(codecs, event) }
  } catch (error) {
    if (!isRefoldError(error, 'UNREADABLE')) throw error
    return { kind: isGone(error) ? 'gone' : 'undecoded', event, error }
  }
}

/** Looks at the header only: most events are not encoded. */
function isSealed(event: StoredEvent): boolean {
  const metadata = metadataOf(event) as { readonly refold?: { readonly codecs?: JsonValue } } | null | undefined
  return metadata?.refold?.codecs !== undefined
}

/** `undefined`: it is damaged, as the one finds who needs it. */
function metadataOf(event: StoredEvent): JsonValue | undefined {
  try {
    return event.metadata
  } catch {
    return undefined
  }
}
