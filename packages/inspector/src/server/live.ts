/** The event streams of the pages that are open: one a page, for the agent that it shows and, if it wants them, the counts of the fleet. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AgentHistory } from '@refold/core/history'
import type { OpenedAgents } from '../answers/opened-agents.js'
import { numberIn } from '../answers/params.js'
import type { Params } from '../answers/params.js'
import { ROUTES } from '../contract/answer.js'
import { LiveFeed } from './live-feed.js'
import { LivePage } from './live-page.js'
import type { FleetWatcher } from './live-page.js'
import { refused } from './refusals.js'
import type { Streamed } from './served.js'

/** Counts a fleet for those who look at it. */
export interface WatchedFleet {
  /** Until the function that it returns is called. The present counts come first. */
  watch(watcher: FleetWatcher): () => void
}

export interface LiveOptions {
  readonly agents: OpenedAgents
  /** Absent: there is no fleet to tell of. */
  readonly fleet?: WatchedFleet | undefined
  /** For tests. */
  readonly slowestMs?: number
}

const MOST_PAGES = 32

export class Live implements Streamed {
  readonly path = ROUTES.live
  readonly #options: LiveOptions
  /** By stream. */
  readonly #feeds = new Map<string, { readonly feed: LiveFeed; readonly release: () => void }>()
  readonly #pages = new Set<LivePage>()

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Agents that are followed now. */
  get followed(): readonly string[] {
    return [...this.#feeds.keys()]
  }

  /** Rejects with what the request is refused with, before anything is written. */
  async stream(request: IncomingMessage, response: ServerResponse, params: Params): Promise<void> {
    if (this.#pages.size >= MOST_PAGES)
      throw refused(503, 'QUEUE_FULL', 'too many pages are open', 'Close some of them.')
    const followed = await this.#followed(request, params)
    if (response.destroyed) return
    const { slowestMs } = this.#options
    const page = new LivePage(request, response, { followed, slowestMs })
    response.once('close', this.#enter(page, followed?.history, params['fleet'] === '1'))
  }

  close(): void {
    for (const page of this.#pages) page.end()
  }

  async #followed(
    { headers }: IncomingMessage,
    params: Params,
  ): Promise<{ readonly history: AgentHistory; readonly known: number } | undefined> {
    const stream = params['agent']
    if (stream === undefined) return undefined
    const last = headers['last-event-id']
    const known = numberIn(typeof last === 'string' && last !== '' ? { after: last } : params, 'after')
    const opened = await this.#options.agents.open(stream)
    const history = this.#feeds.get(stream)?.feed.history ?? opened.history
    return { history, known: known ?? history.last }
  }

  /** The function that it gives lets the page go. */
  #enter(page: LivePage, history: AgentHistory | undefined, wantsFleet: boolean): () => void {
    this.#pages.add(page)
    const leaveFeed = history === undefined ? undefined : this.#enterFeed(page, history)
    const leaveFleet = wantsFleet ? this.#options.fleet?.watch(page) : undefined
    return () => {
      this.#pages.delete(page)
      leaveFeed?.()
      leaveFleet?.()
    }
  }

  #enterFeed(page: LivePage, history: AgentHistory): () => void {
    const { stream } = history
    const known = this.#feeds.get(stream)
    const { feed, release } = known ?? { feed: new LiveFeed(history), release: this.#options.agents.hold(stream) }
    this.#feeds.set(stream, { feed, release })
    feed.add(page)
    return () => {
      feed.remove(page)
      if (feed.size > 0) return
      feed.close()
      release()
      this.#feeds.delete(stream)
    }
  }
}
