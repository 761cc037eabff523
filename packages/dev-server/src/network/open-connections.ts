/** The connections of gRPC that are open: the server ends when they have, so that the last answers still leave. */
import type { Socket } from 'node:net'

export class OpenConnections {
  readonly #sockets = new Set<Socket>()
  #closed: (() => void) | undefined

  add(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#closed?.()
    })
  }

  /** Resolves when all have closed; by force those that have not in time. */
  async closed({ withinMs }: { readonly withinMs: number }): Promise<void> {
    if (this.#sockets.size === 0) return
    const force = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, withinMs)
    await new Promise<void>((resolve) => (this.#closed = resolve))
    clearTimeout(force)
  }
}
