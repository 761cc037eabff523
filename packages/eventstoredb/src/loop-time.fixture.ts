/** Time as an event loop has it. */

const TICK_MS = 20

/**
 * How long the work takes, in milliseconds of this process's event loop. On a busy machine this clock is late whenever the
 * timers of the work are; elsewhere it goes like any other.
 */
export async function loopMsOf(work: Promise<unknown>): Promise<number> {
  let ticks = 0
  const clock = setInterval(() => ticks++, TICK_MS)
  try {
    await work
  } finally {
    clearInterval(clock)
  }
  return ticks * TICK_MS
}
