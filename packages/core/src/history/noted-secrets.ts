/** What was given in secret fields of agents, and of the origins of those that are forks. */
import { streamOfAddress } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import type { StoredEvent } from '../store/port.js'
import type { HistorySource } from './history-types.js'
import { Redaction } from './redact.js'
import { eventsOf } from './stored-events.js'

/** A redaction that has seen all records that there were when it was asked for. */
export class NotedSecrets {
  readonly #redaction: Redaction
  readonly #last = new Map<string, bigint>()

  private constructor(source: Pick<HistorySource, 'read'>) {
    this.#redaction = new Redaction(source)
  }

  /**
   * A fork begins with the state of its origin, and with the secrets that were given there. Rejects with `NOT_FOUND` where a chart,
   * or the origin of a fork, is not there: no one knows then what is secret.
   */
  static async of(source: Pick<HistorySource, 'read'>, streams: Iterable<string>): Promise<NotedSecrets> {
    const noted = new NotedSecrets(source)
    const origins: Origin[] = []
    for (const stream of streams)
      for await (const event of eventsOf(source.read(stream))) {
        await noted.note(event)
        origins.push(...originIn(event))
      }
    const missing: Origin[] = []
    for (const origin of origins) {
      const found = await noted.#noteOrigin(source, origin)
      if (found === undefined) missing.push(origin)
      else origins.push(...found)
    }
    const [first] = missing
    if (first !== undefined && noted.#redaction.hasSecrets) throw noOrigin(first)
    return noted
  }

  /** The next record of a stream. One that was noted is noted. */
  async note(event: StoredEvent): Promise<void> {
    if (!this.isBehind(event)) return
    await this.#redaction.note(event)
    this.#last.set(event.stream, event.revision)
  }

  /** The origin's own origin, if it has one; `undefined`: it is not there, or is another agent. */
  async #noteOrigin(
    source: Pick<HistorySource, 'read'>,
    { stream, event: last }: Origin,
  ): Promise<readonly Origin[] | undefined> {
    const origins: Origin[] = []
    for await (const event of eventsOf(source.read(stream))) {
      await this.#redaction.note(event)
      origins.push(...originIn(event))
      if (event.id === last) return origins
    }
    return undefined
  }

  /** What came later may hold secrets that were not noted. */
  isBehind({ stream, revision }: StoredEvent): boolean {
    return revision > (this.#last.get(stream) ?? -1n)
  }

  /** The event without anything that was noted. */
  without(event: StoredEvent): Promise<StoredEvent> {
    return this.#redaction.without(event)
  }

  /** The same, and without short values that are equal to one that was noted. */
  withoutWholes(event: StoredEvent): Promise<StoredEvent> {
    return this.#redaction.withoutWholes(event)
  }

  /** Any JSON value without it. */
  hide(value: JsonValue): JsonValue {
    return this.#redaction.hide(value)
  }

  hideInPointer(pointer: string): string {
    return this.#redaction.hideInPointer(pointer)
  }
}

/** Of a fork that has its state: the stream that it is from, and the event there that it goes on after. */
interface Origin {
  readonly fork: string
  readonly stream: string
  readonly event: string
}

function originIn({ stream, type, data, metadata }: StoredEvent): readonly Origin[] {
  if (type !== 'refold.forked' || !isJsonObject(data) || data['records'] === 0) return []
  const { name, id } = isJsonObject(data['from']) ? data['from'] : {}
  const { $causationId } = metadata as { readonly $causationId?: unknown }
  if (typeof name !== 'string' || typeof id !== 'string' || typeof $causationId !== 'string') return [] // encoded: it is given as it is
  return [{ fork: stream, stream: streamOfAddress({ name, id }), event: $causationId }]
}

function noOrigin({ fork, stream }: Origin): RefoldError {
  return new RefoldError(
    'NOT_FOUND',
    `${stream}, which ${fork} is a fork of, is not there: what was secret in it is not known`,
    {
      hint: 'It can be read only with what is secret: --show-secrets, of an export without --redact.',
      facts: { fork, stream },
    },
  )
}
