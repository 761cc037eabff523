/**
 * Subscribers of an agent, kept from ending the process: RxJS throws what no one handles from a timer of its own, and
 * one agent that cannot be read must not stop all others.
 */
import type { Observer } from 'rxjs'
import { isPowerOfTwo } from '../world/backoff.js'
import { callUser } from '../world/call-user.js'
import type { Logger } from '../world/world.js'

export interface Watched {
  readonly logger: Logger
  readonly stream: string
}

/** What a subscriber gave; members may be missing. */
type Given<T> = { readonly [K in keyof Observer<T>]?: Observer<T>[K] | undefined }

/** An error without a handler, and whatever the subscriber itself throws or rejects with, is logged, the 1st, 2nd, 4th, 8th … time. It goes on with what comes next. */
export function guarded<T>(given: Given<T> | null | undefined, { logger, stream }: Watched): Observer<T> {
  let times = 0
  const failed = (error: unknown): void => {
    if (isPowerOfTwo(++times)) logger.log('error', `a subscriber of ${stream} threw`, { times, error })
  }
  const guard = (call: () => unknown): void => callUser(call, failed)
  return {
    next: (value) => guard(() => given?.next?.(value)),
    error: (error: unknown) => {
      if (given?.error === undefined)
        logger.log('error', `${stream} cannot go on, and a subscriber of it handles no error`, { error })
      else guard(() => given.error?.(error))
    },
    complete: () => guard(() => given?.complete?.()),
  }
}
