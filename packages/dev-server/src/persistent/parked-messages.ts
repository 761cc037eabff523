/**
 * The messages that a group gave up, as links in a stream of its own, until someone has them delivered again.
 *
 * Invariant: a link is truncated only when the message is done, so that one that is delivered again is still parked when the
 * server stops before that.
 */
import { randomUUID } from 'node:crypto'
import { RefoldError } from '@refold/core/store'
import type { EventLog } from '../log/event-log.js'
import { LINK_TYPE, METADATA_TYPE, metadataStreamOf } from '../log/event.js'
import { isFound, readStream } from '../log/read-stream.js'
import { resolveLink } from '../log/resolve-link.js'
import { firstVisible } from '../log/stream-metadata.js'
import { appendJson, groupKey, type GroupConfig } from './group-config.js'
import { messageOf, originalOf, type Message } from './message.js'

const ADMINS_ONLY = { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' }

export function parkedStream(config: GroupConfig): string {
  return `$persistentsubscription-${groupKey(config)}-parked`
}

export class ParkedMessages {
  readonly #log: EventLog
  readonly #stream: string
  /** Links before this revision are being delivered again, or were. */
  #taken = 0
  /** Of those, the ones that are not done, ascending. */
  readonly #undone = new Set<number>()
  #truncated = 0
  #isTruncating = false

  constructor(log: EventLog, config: GroupConfig) {
    this.#log = log
    this.#stream = parkedStream(config)
  }

  /** Those that wait for someone to have them delivered again. */
  async count(): Promise<number> {
    const state = await this.#log.states.get(this.#stream)
    return isFound(state) ? state.last + 1 - Math.max(firstVisible(state.metadata, state), this.#taken) : 0
  }

  /** Rejects with the store's errors. */
  async park({ resolved }: Message, { reason }: { readonly reason: string }): Promise<void> {
    const { event, link } = resolved
    const added = new Date(this.#log.now()).toISOString()
    const { revision } = originalOf(resolved)
    const metadata = { added, reason, ...(revision > 0 && { subscriptionEventNumber: revision }) } // as the real server
    const parked = {
      id: randomUUID(),
      type: LINK_TYPE,
      isJson: false,
      data: event === undefined ? (link?.data ?? new Uint8Array()) : Buffer.from(`${event.revision}@${event.stream}`),
      metadata: Buffer.from(JSON.stringify(metadata)),
    }
    const { kind } = await this.#log.append(this.#stream, { expected: 'any', events: [parked] })
    if (kind === 'stored') return
    throw new RefoldError('STORE_REJECTED', `${this.#stream} was deleted for ever`, { facts: { stream: this.#stream } })
  }

  /** Those that are parked now, up to this revision exclusive. What was not given of them is still parked. */
  async *takeAll({ stopAt }: { readonly stopAt: number | undefined }): AsyncGenerator<Message> {
    const { last } = await this.#log.states.get(this.#stream)
    const end = Math.min(stopAt ?? Infinity, last + 1)
    const range = { from: this.#taken, direction: 'forwards', limit: Infinity } as const
    for await (const page of readStream(this.#log, this.#stream, range)) {
      for (const parked of page) {
        if (parked.revision >= end) return
        const resolved = await resolveLink(this.#log, parked)
        this.#taken = parked.revision + 1
        if (resolved.event === undefined) continue
        this.#undone.add(parked.revision)
        yield messageOf(resolved, undefined)
      }
    }
  }

  /** It was delivered again, and is done or parked again. */
  done({ order, resolved: { link } }: Message): void {
    if (order === undefined && link !== undefined) this.#undone.delete(link.revision)
  }

  /** Truncates what is done. Rejects with the store's errors. */
  async truncate(): Promise<void> {
    const [first = this.#taken] = this.#undone
    if (first <= this.#truncated || this.#isTruncating) return
    this.#isTruncating = true
    try {
      const text = JSON.stringify({ $tb: first, $acl: ADMINS_ONLY })
      await appendJson(this.#log, metadataStreamOf(this.#stream), { type: METADATA_TYPE, text })
      this.#truncated = first
    } finally {
      this.#isTruncating = false
    }
  }
}
