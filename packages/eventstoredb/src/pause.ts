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
