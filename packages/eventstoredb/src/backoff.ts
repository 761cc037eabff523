/** Waits between attempts: growing, jittered, and ended by a signal. */
export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
}

/** So long to wait before the attempt after this many failures: half of it is chance. */
export function backoffMs(failures: number, { firstMs, maxMs }: BackoffOptions): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20))
  return full / 2 + (Math.random() * full) / 2
}

/** Resolves after so long, or when the signal aborts. Never rejects. */
export function pause(ms: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
