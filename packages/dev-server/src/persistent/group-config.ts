/**
 * What a persistent subscription group is made of, in the form in which it is stored: the names are the real server's. All
 * groups stand together in the newest event of one stream.
 */
import { randomUUID } from 'node:crypto'
import { RefoldError } from '@refold/core/store'
import type { EventLog } from '../log/event-log.js'
import type { FilterOptions } from '../log/event-filter.js'
import { METADATA_TYPE, metadataStreamOf } from '../log/event.js'
import { readStream } from '../log/read-stream.js'

export interface GroupConfig {
  /** `$all`, or a stream. */
  readonly stream: string
  readonly group: string
  /** Only of a group on `$all`. */
  readonly filter?: FilterOptions
  readonly resolveLinkTos: boolean
  readonly extraStatistics: boolean
  /** Milliseconds. */
  readonly messageTimeout: number
  /** The first event, as text; `-1` and `C:-1/P:-1`: only what comes after the group was made. */
  readonly startPosition: string
  /** Where the source ended when a group that starts there was made: what came since is its own, whatever happened. */
  readonly madeAfter: number
  readonly liveBufferSize: number
  readonly historyBufferSize: number
  readonly maxRetryCount: number
  readonly readBatchSize: number
  /** Milliseconds; 0: no checkpoint because of time. */
  readonly checkPointAfter: number
  readonly minCheckPointCount: number
  readonly maxCheckPointCount: number
  /** 0: no limit. */
  readonly maxSubscriberCount: number
  readonly namedConsumerStrategy: string
}

/** The name by which a group is known, also in the names of its streams. */
export function groupKey({ stream, group }: Pick<GroupConfig, 'stream' | 'group'>): string {
  return `${stream}::${group}`
}

const CONFIG_STREAM = '$persistentSubscriptionConfig'
const CONFIG_TYPE = '$PersistentConfig'

/** As many as the real server keeps. */
const KEPT_CONFIGS = '{"$maxCount":2}'

const EXAMPLE: Required<Omit<GroupConfig, 'filter'>> = {
  stream: '',
  group: '',
  resolveLinkTos: false,
  extraStatistics: false,
  messageTimeout: 0,
  startPosition: '',
  madeAfter: 0,
  liveBufferSize: 0,
  historyBufferSize: 0,
  maxRetryCount: 0,
  readBatchSize: 0,
  checkPointAfter: 0,
  minCheckPointCount: 0,
  maxCheckPointCount: 0,
  maxSubscriberCount: 0,
  namedConsumerStrategy: '',
}

/** All groups. Throws `UNREADABLE` for what this server did not write. */
export async function loadConfigs(log: EventLog): Promise<readonly GroupConfig[]> {
  const { last } = await log.states.get(CONFIG_STREAM)
  for await (const [event] of readStream(log, CONFIG_STREAM, { from: last, direction: 'backwards', limit: 1 })) {
    if (event === undefined) continue
    const entries = parsedEntries(event.data)
    if (entries !== undefined) return entries
    throw new RefoldError('UNREADABLE', `${CONFIG_STREAM} holds what is no list of persistent subscriptions`, {
      hint: 'Only the server writes this stream: delete it, and make the groups again.',
    })
  }
  return []
}

export async function saveConfigs(
  log: EventLog,
  { configs, user }: { readonly configs: readonly GroupConfig[]; readonly user: string },
): Promise<void> {
  await keepNewest(log, CONFIG_STREAM, { metadata: KEPT_CONFIGS })
  const content = { version: '2', updated: new Date(log.now()).toISOString(), updatedBy: user, entries: configs }
  await appendJson(log, CONFIG_STREAM, { type: CONFIG_TYPE, text: JSON.stringify(content) })
}

/** Gives a stream of the server this metadata before its first event. */
export async function keepNewest(
  log: EventLog,
  stream: string,
  { metadata }: { readonly metadata: string },
): Promise<void> {
  const state = await log.states.get(stream)
  if (state.last < 0) await appendJson(log, metadataStreamOf(stream), { type: METADATA_TYPE, text: metadata })
}

export async function appendJson(
  log: EventLog,
  stream: string,
  { type, text }: { readonly type: string; readonly text: string },
): Promise<void> {
  const event = { id: randomUUID(), type, isJson: true, data: Buffer.from(text), metadata: new Uint8Array() }
  const { kind } = await log.append(stream, { expected: 'any', events: [event] })
  if (kind !== 'stored')
    throw new RefoldError('STORE_REJECTED', `${stream} was deleted for ever`, { facts: { stream } })
}

function parsedEntries(data: Uint8Array): readonly GroupConfig[] | undefined {
  try {
    const content = JSON.parse(Buffer.from(data).toString('utf8')) as { readonly entries?: unknown } | null
    const entries = content?.entries
    return Array.isArray(entries) && entries.every(isConfig) ? entries : undefined
  } catch {
    return undefined
  }
}

function isConfig(value: unknown): value is GroupConfig {
  if (typeof value !== 'object' || value === null) return false
  const given = value as Readonly<Record<string, unknown>>
  return Object.entries(EXAMPLE).every(([name, example]) => typeof given[name] === typeof example)
}
