/**
 * Answers of one call handed to the connection without waiting for each to leave, up to a bound: so that many of them go
 * out in one piece. grpc-js alone hands over one at a time, which costs both sides twice the work for each event.
 *
 * Invariant: what a call has handed over and not sent stays under `AHEAD_BYTES` and one message more; then the call waits,
 * so that a client that takes nothing costs no more than that.
 */
import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js'

const AHEAD_BYTES = 32 * 1024
/** What an answer counts that is not encoded yet: those are small. */
const SMALL_BYTES = 256

export const answersAhead: ServerInterceptor = (_method, call) => {
  const send = call.sendMessage.bind(call)
  let ahead = 0
  let waiting: (() => void) | undefined
  call.sendMessage = (message: unknown, done) => {
    const bytes = Buffer.isBuffer(message) ? message.length : SMALL_BYTES
    ahead += bytes
    const isFull = ahead >= AHEAD_BYTES
    if (isFull) waiting = done
    send(message, () => {
      ahead -= bytes
      if (ahead >= AHEAD_BYTES) return
      const next = waiting
      waiting = undefined
      next?.()
    })
    if (!isFull) done()
  }
  return call as ServerInterceptingCall // the same call: the type asks for more than is used
}
