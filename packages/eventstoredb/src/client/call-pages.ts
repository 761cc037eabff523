/** The items of a call in pages. Leaving early cancels the call. */
import { NoAnswer } from './failure.js'
import { onSilence } from './silence.js'
import type { WireCall, WireItem } from './wire.js'

const PAGE_ITEMS = 500

export interface PagesOptions {
  readonly doing: string
  /** Longest silence. Default: it may be silent for ever. */
  readonly silenceMs?: number | undefined
  /** Ends the pages, without an error. */
  readonly signal?: AbortSignal | undefined
}

/** Throws what the call throws, and `NoAnswer`. */
export async function* callPages(
  call: WireCall,
  options: PagesOptions,
): AsyncGenerator<readonly WireItem[], void, undefined> {
  const { items, toItem } = call
  const { signal } = options
  const state: { error?: Error; aborted: boolean; ended: boolean; wake: () => void } = {
    aborted: signal?.aborted === true,
    ended: false,
    wake: () => {},
  }
  const wake = (): void => state.wake()
  const abort = (): void => {
    state.aborted = true
    state.wake()
  }
  items.on('readable', wake)
  items.on('error', (error: Error) => {
    state.error ??= error
    state.wake()
  })
  const end = (): void => {
    state.ended = true
    state.wake()
  }
  items.on('end', end)
  items.on('close', end)
  signal?.addEventListener('abort', abort)
  try {
    while (!state.aborted) {
      const page: WireItem[] = []
      while (page.length < PAGE_ITEMS) {
        const taken: unknown = items.read()
        if (taken === null) break
        const item = toItem(taken)
        if (item !== undefined) page.push(item)
      }
      if (page.length > 0) yield page
      else if (state.error !== undefined) throw state.error
      else if (state.ended) return
      else await woken(state, options)
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    items.removeListener('readable', wake)
    call.cancel().catch(() => {})
  }
}

async function woken(state: { wake: () => void }, { doing, silenceMs }: PagesOptions): Promise<void> {
  let silence: { readonly stop: () => void } | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      state.wake = resolve
      if (silenceMs !== undefined) silence = onSilence(silenceMs, () => reject(new NoAnswer(doing, silenceMs)))
    })
  } finally {
    silence?.stop()
    state.wake = () => {}
  }
}
