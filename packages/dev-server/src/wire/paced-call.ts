/**
 * A call that the server streams answers into, no faster than the client takes them: a slow client holds its own cursor,
 * and nothing else.
 */
import type { ServerWritableStream } from '@grpc/grpc-js'
import { toFailure } from './failures.js'

export class PacedCall<Request, Response> {
  readonly request: Request
  readonly #call: ServerWritableStream<Request, Response>
  readonly #abort = new AbortController()
  #drained: (() => void) | undefined

  constructor(call: ServerWritableStream<Request, Response>) {
    this.#call = call
    this.request = call.request
    const end = (): void => {
      this.#abort.abort()
      this.#drained?.()
    }
    for (const event of ['cancelled', 'close', 'error']) call.on(event, end)
    call.on('drain', () => this.#drained?.())
  }

  /** Aborts when the client has gone. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isOpen(): boolean {
    return !this.#abort.signal.aborted && !this.#call.cancelled && !this.#call.destroyed
  }

  /** Whether there is room for more at once; else wait for `ready`. */
  write(response: Response): boolean {
    return !this.isOpen || this.#call.write(response)
  }

  /** Resolves when the client has taken what was written, or has gone. */
  async ready(): Promise<void> {
    if (!this.isOpen || !this.#call.writableNeedDrain) return
    await new Promise<void>((resolve) => (this.#drained = resolve))
    this.#drained = undefined
  }

  end(): void {
    if (this.isOpen) this.#call.end()
  }

  /** Ends the call with this error. Must not be called twice. */
  fail(error: unknown): void {
    if (this.isOpen) this.#call.emit('error', toFailure(error))
  }
}
