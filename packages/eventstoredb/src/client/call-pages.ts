/** The items of a call in pages. Leaving early cancels the call. */
import { NoAnswer } from './failure.js'
import { onSilence } from './silence.js'
import type { WireCall, WireItem } from './wire.js'

const PAGE_ITEMS = 500

export interface PagesOptions {
  readonly doing: string
  /** Longest silence. Default: it may be silent for ever. */
  readonly silenceMs?: (() => number | undefined) | undefined
  /** The time of the call that this is a part of, for the error. Default: that of the silence. */
  readonly callMs?: number
  /** Ends the pages, without an error. */
  readonly signal?: AbortSignal | undefined
}

/** Throws what the call throws, and `NoAnswer`. */
export async function* callPages(
  call: WireCall,
  options: PagesOptions,
): AsyncGenerator<readonly WireItem[], void, undefined> {
  const taker = new ItemTaker(call)
  const { signal } = options
  const abort = (): void => taker.end()
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  try {
    for (;;) {
      if (signal?.aborted === true) return
      const page = taker.take()
      if (page.length > 0) yield page
      else if (taker.error !== undefined) throw taker.error
      else if (taker.ended) return
      else await taker.arrived(options)
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    taker.leave()
  }
}

/** Takes what the stream gives as it flows, which costs least, and holds it up when no one takes it from here. */
class ItemTaker {
  error: Error | undefined
  ended = false
  readonly #call: WireCall
  #page: WireItem[] = []
  #wake: () => void = () => {}

  constructor(call: WireCall) {
    this.#call = call
    const { items } = call
    items.on('error', (error: Error) => {
      this.error ??= error
      this.#wake()
    })
    items.on('end', () => this.end())
    items.on('close', () => this.end())
    items.on('data', this.#onData)
  }

  /** What has arrived. */
  take(): readonly WireItem[] {
    const page = this.#page
    this.#page = []
    if (page.length >= PAGE_ITEMS) this.#call.items.resume()
    return page
  }

  end(): void {
    this.ended = true
    this.#wake()
  }

  /** Resolves when there may be something to take. */
  async arrived(options: PagesOptions): Promise<void> {
    const silenceMs = options.silenceMs?.()
    let silence: { readonly stop: () => void } | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve
        if (silenceMs !== undefined)
          silence = onSilence(silenceMs, () => reject(new NoAnswer(options.doing, options.callMs ?? silenceMs)))
      })
    } finally {
      silence?.stop()
      this.#wake = () => {}
    }
  }

  leave(): void {
    this.#call.items.removeListener('data', this.#onData)
    this.#call.items.pause()
    this.#call.cancel().catch(() => {})
  }

  readonly #onData = (given: unknown): void => {
    const item = this.#call.toItem(given)
    if (item === undefined) return
    this.#page.push(item)
    if (this.#page.length === PAGE_ITEMS) this.#call.items.pause()
    if (this.#page.length === 1) this.#wake()
  }
}
