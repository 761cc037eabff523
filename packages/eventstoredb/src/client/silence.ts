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
