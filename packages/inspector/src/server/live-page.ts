/**
 * The event stream of one page.
 *
 * Invariant: what waits for a page that is slow is a revision and the newest counts, never a list of records.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AgentHistory } from '@refold/core/history'
import { skeletonOf } from '../answers/head.js'
import { codedError } from '../answers/coded-error.js'
import type { FleetView } from '../contract/fleet.js'
import { LIVE_BEAT_MS } from '../contract/live.js'
import type { LiveEvent } from '../contract/live.js'
import type { FeedListener } from './live-feed.js'

/** Between two events: about 30 a second. */
const BATCH_MS = 33
/** Records of one event. */
const MOST_RECORDS = 5_000
/** Records behind which a page had better ask for all it shows. */
const MOST_BEHIND = 50_000
/** As long a page may take nothing. */
const SLOWEST_MS = 15_000
const BEAT = `data: ${JSON.stringify({ kind: 'beat' } satisfies LiveEvent)}\n\n`

/** Told of the counts of a fleet when they changed, and of what kept them from being made. */
export interface FleetWatcher {
  fleet(view: FleetView): void
  trouble(thrown: unknown): void
}

export interface LivePageOptions {
  /** The followed agent, and the revision that the page knows of it. */
  readonly followed?: { readonly history: AgentHistory; readonly known: number } | undefined
  /** Milliseconds; for tests. */
  readonly slowestMs?: number | undefined
}

export class LivePage implements FeedListener, FleetWatcher {
  readonly #response: ServerResponse
  readonly #history: AgentHistory | undefined
  readonly #slowestMs: number
  readonly #beat: NodeJS.Timeout
  #isTroubled = false
  /** The newest of the fleet, and of how the store is. */
  readonly #waiting = new Map<string, LiveEvent>()
  #known: number
  #timer: NodeJS.Timeout | undefined
  #slowTimer: NodeJS.Timeout | undefined

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    { followed, slowestMs = SLOWEST_MS }: LivePageOptions,
  ) {
    this.#response = response
    this.#history = followed?.history
    this.#known = followed?.known ?? -1
    this.#slowestMs = slowestMs
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    request.socket.setNoDelay(true)
    response.write('retry: 1000\n\n')
    response.on('drain', () => this.#drained())
    this.#beat = setInterval(() => this.#write(BEAT), LIVE_BEAT_MS).unref()
    response.once('close', () => this.#stop())
    this.more()
  }

  more(): void {
    if (this.#history !== undefined && this.#history.last > this.#known) this.#soon()
  }

  trouble(thrown: unknown): void {
    this.#tell('state', { kind: 'trouble', error: codedError(thrown) })
    this.#isTroubled = true
  }

  well(): void {
    if (!this.#isTroubled) return
    this.#isTroubled = false
    this.#tell('state', { kind: 'well' })
  }

  /** Counts could be made: all is well. */
  fleet(fleet: FleetView): void {
    this.well()
    this.#tell('fleet', { kind: 'fleet', fleet })
  }

  /** Of what waits under a name the newest counts. */
  #tell(name: string, event: LiveEvent): void {
    this.#waiting.delete(name)
    this.#waiting.set(name, event)
    this.#soon()
  }

  /** The stream ends; the page has to load again. */
  reload(): void {
    this.#response.end(`data: ${JSON.stringify({ kind: 'reload' } satisfies LiveEvent)}\n\n`)
    setTimeout(() => this.#response.destroy(), 1_000).unref() // it may not take this either
  }

  end(): void {
    this.#response.end()
  }

  #soon(): void {
    if (this.#response.writableNeedDrain || this.#response.writableEnded) return
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  #flush(): void {
    this.#timer = undefined
    for (const event of this.#waiting.values()) this.#write(`data: ${JSON.stringify(event)}\n\n`)
    this.#waiting.clear()
    const history = this.#history
    if (history === undefined || history.last <= this.#known) return
    if (history.last - this.#known > MOST_BEHIND) return this.reload()
    const to = Math.min(history.last, this.#known + MOST_RECORDS)
    const event: LiveEvent = { kind: 'records', skeleton: skeletonOf({ history }, { from: this.#known + 1, to }) }
    this.#known = to
    this.#write(`id: ${to}\ndata: ${JSON.stringify(event)}\n\n`)
    this.more()
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    if (!this.#response.write(text)) this.#slowTimer ??= setTimeout(() => this.reload(), this.#slowestMs)
  }

  #drained(): void {
    clearTimeout(this.#slowTimer)
    this.#slowTimer = undefined
    if (this.#waiting.size > 0) this.#soon()
    this.more()
  }

  #stop(): void {
    clearInterval(this.#beat)
    clearTimeout(this.#timer)
    clearTimeout(this.#slowTimer)
  }
}
