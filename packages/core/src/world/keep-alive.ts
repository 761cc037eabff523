/** A process ends when nothing keeps it: someone who waits for what is to come does. */
import { MAX_TIMER_MS } from './long-timer.js'
import type { CancelTimer } from './world.js'

/** One timer for all who wait: it does nothing but be there. */
export function keepAlive(): CancelTimer {
  if (waiting++ === 0) timer = setInterval(() => {}, MAX_TIMER_MS)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (--waiting === 0) clearInterval(timer)
  }
}

let waiting = 0
let timer: ReturnType<typeof setInterval> | undefined
