/**
 * The event stream of the page, over whatever link: one that was refused, or says nothing any more, is opened again behind the last
 * record that came. A browser does that by itself only for one that was cut.
 */
import { ROUTES } from '../../contract/answer.js'
import type { CodedError } from '../../contract/answer.js'
import { LIVE_BEAT_MS } from '../../contract/live.js'
import type { LiveEvent } from '../../contract/live.js'
import type { LiveTarget } from './source.js'

export interface LiveListener {
  readonly hear: (event: LiveEvent) => void
  /** What the server says of it; `undefined`: nothing. */
  readonly whyBroken: () => Promise<CodedError | undefined>
}

const AGAIN_MS = 2_000
/** A server says something more often. */
const SILENT_MS = 3 * LIVE_BEAT_MS
const BROKEN: CodedError = {
  code: 'UNREACHABLE',
  message: 'the live stream is broken: it is being opened again',
}

export class LiveStream {
  readonly #target: LiveTarget
  readonly #listener: LiveListener
  #known: string | undefined
  #events: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(target: LiveTarget, listener: LiveListener) {
    this.#target = target
    this.#listener = listener
    this.#known = target.after === undefined ? undefined : String(target.after)
    this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#leave()
  }

  #open(): void {
    const query = new URLSearchParams()
    const { agent, fleet } = this.#target
    if (agent !== undefined) query.set('agent', agent)
    if (this.#known !== undefined) query.set('after', this.#known)
    if (fleet === true) query.set('fleet', '1')
    const events = (this.#events = new EventSource(`${ROUTES.live}?${query}`))
    events.addEventListener('message', (message: MessageEvent<string>) => this.#take(message))
    events.addEventListener('open', () => this.#listener.hear({ kind: 'well' }))
    events.addEventListener('error', () => this.#broken(events))
    this.#watch()
  }

  #take({ data, lastEventId }: MessageEvent<string>): void {
    const event = JSON.parse(data) as LiveEvent
    if (lastEventId !== '') this.#known = lastEventId
    this.#watch()
    if (event.kind === 'reload') this.close()
    if (event.kind !== 'beat') this.#listener.hear(event)
  }

  #broken({ readyState }: EventSource): void {
    if (this.#isClosed) return
    this.#listener.hear({ kind: 'trouble', error: BROKEN })
    if (readyState !== EventSource.CLOSED) return
    this.#leave()
    this.#timer = setTimeout(() => this.#open(), AGAIN_MS)
    void this.#listener.whyBroken().then((error) => {
      if (error !== undefined && !this.#isClosed) this.#listener.hear({ kind: 'trouble', error })
    })
  }

  /** From now on it may be silent for so long. */
  #watch(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#leave()
      this.#listener.hear({ kind: 'trouble', error: BROKEN })
      this.#open()
    }, SILENT_MS)
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#events?.close()
  }
}
