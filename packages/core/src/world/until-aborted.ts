/** What comes of it, or `undefined` as soon as the signal aborts: a store that says nothing holds up no one who has left. */
export function untilAborted<T>(answer: T | Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined)
    if (signal?.aborted === true) end()
    signal?.addEventListener('abort', end)
    const forget = (): void => signal?.removeEventListener('abort', end)
    Promise.resolve(answer).then(resolve, reject).finally(forget)
  })
}
