/** A TCP proxy that a test can make misbehave. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

export class FaultProxy {
  /** Connections taken so far. */
  accepted = 0
  /** Bytes that came from the server so far. */
  answered = 0
  #targetPort: number
  readonly #listening: Server
  readonly #pairs = new Set<Pair>()
  #requests: 'pass' | 'drop' = 'pass'
  #answers: 'pass' | 'drop' | 'hold' = 'pass'
  readonly #held: (() => void)[] = []
  #answerAfterMs = 0
  #silentAt = Infinity
  #onRequest: (() => void) | undefined
  #onAnswer: (() => void) | undefined

  private constructor(targetPort: number) {
    this.#targetPort = targetPort
    this.#listening = createServer((client) => this.#accept(client))
  }

  static async open({ targetPort }: { readonly targetPort: number }): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort)
    proxy.#listening.listen(0, '127.0.0.1')
    await once(proxy.#listening, 'listening')
    return proxy
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${(this.#listening.address() as AddressInfo).port}?tls=false`
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** Ends every connection now; new ones are taken. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy()
      server.destroy()
    }
    this.#pairs.clear()
  }

  /** Ends every connection; new ones go to another server. */
  leadTo(targetPort: number): void {
    this.#targetPort = targetPort
    this.accepted = 0
    this.cut()
  }

  /** Open sockets on which nothing arrives any more, in both directions; new ones too. */
  goSilent(): void {
    this.#requests = 'drop'
    this.#answers = 'drop'
  }

  /** Those that are open now stay silent for ever; new ones work. */
  abandon(): void {
    for (const { client, server } of this.#pairs) {
      client.removeAllListeners('data').resume()
      server.removeAllListeners('data').resume()
    }
    this.#pairs.clear()
  }

  /** From the answer of this number on, counted in pieces from now, nothing arrives any more, on new connections too. */
  goSilentAt(answer: number): void {
    this.#silentAt = answer
  }

  /** Each answer comes so much later. */
  delayAnswers(ms: number): void {
    this.#answerAfterMs = ms
  }

  /** Answers are kept until `heal`. */
  holdAnswers(): void {
    this.#answers = 'hold'
  }

  heal(): void {
    this.#silentAt = Infinity
    this.#requests = 'pass'
    this.#answers = 'pass'
    for (const release of this.#held.splice(0)) release()
  }

  /** Cuts when the next bytes come from the client, before they are forwarded. */
  cutAtRequest(): void {
    this.#onRequest = () => this.cut()
  }

  /** Cuts when the next bytes come from the server, before they are forwarded. */
  cutAtAnswer(): void {
    this.#onAnswer = () => this.cut()
  }

  async close(): Promise<void> {
    this.cut()
    this.#listening.close()
    await once(this.#listening, 'close')
  }

  #accept(client: Socket): void {
    this.accepted++
    const server = connect(this.#targetPort, '127.0.0.1')
    const pair = { client, server }
    this.#pairs.add(pair)
    const end = (): void => {
      client.destroy()
      server.destroy()
      this.#pairs.delete(pair)
    }
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
    client.on('data', (bytes) => {
      take(this.#onRequest, () => (this.#onRequest = undefined))
      if (this.#requests === 'pass' && !server.destroyed) server.write(bytes)
    })
    server.on('data', (bytes) => {
      this.answered += bytes.length
      if (--this.#silentAt <= 0) this.goSilent()
      take(this.#onAnswer, () => (this.#onAnswer = undefined))
      const forward = (): void => void (client.destroyed || client.write(bytes))
      if (this.#answers === 'pass' && this.#answerAfterMs > 0) setTimeout(forward, this.#answerAfterMs)
      else if (this.#answers === 'pass') forward()
      else if (this.#answers === 'hold') this.#held.push(forward)
    })
  }
}

function take(action: (() => void) | undefined, forget: () => void): void {
  forget()
  action?.()
}
