/**
 * A timer for silence. It lets what has arrived be heard first: when this process was busy for longer than the time, the
 * answer may lie in the socket already.
 */
export function onSilence(afterMs: number, report: () => void): { readonly stop: () => void } {
  let heard = false
  const timer = setTimeout(() => {
    // One turn reads the socket, the next lets the answer pass through the client.
    setImmediate(() => setImmediate(() => setImmediate(() => void (heard || report()))))
  }, afterMs)
  return {
    stop: () => {
      heard = true
      clearTimeout(timer)
    },
  }
}

/** What comes of it, or the error that `late` makes when nothing has come after so long. */
export async function orLate<T>(outcome: Promise<T>, afterMs: number, late: () => Error): Promise<T> {
  let silence: { readonly stop: () => void } | undefined
  const silent = new Promise<never>((_, reject) => {
    silence = onSilence(afterMs, () => reject(late()))
  })
  try {
    return await Promise.race([outcome, silent])
  } finally {
    silence?.stop()
  }
}

/** Until the deadline of a call, by the monotonic clock: all that is done for the call shares its time. */
export function timeLeft(deadline: number): number {
  return Math.max(1, Math.ceil(deadline - performance.now()))
}
