/**
 * One client per process and endpoint, shared by all stores on it, and replaced when it may be poisoned.
 *
 * Invariants: every call ends within its time; a client that did not answer is not used for a new call; what still runs on
 * the old one may end there.
 */
import { NoAnswer } from './failure.js'
import { failureOf, openClient } from './db-client.js'
import { orLate } from './silence.js'
import type { WireClient } from './wire.js'

const DISPOSE_WITHIN_MS = 1000
const connections = new Map<string, SharedConnection>()

/** The connection of this process to the endpoint; give it back by `release`. */
export function acquireConnection(connectionString: string): SharedConnection {
  const connection = connections.get(connectionString) ?? new SharedConnection(connectionString)
  connections.set(connectionString, connection)
  connection.users++
  return connection
}

export interface Question<T> {
  readonly doing: string
  readonly call: (client: WireClient) => Promise<T>
  readonly timeoutMs: number
  /** The time of all attempts, for the error. */
  readonly callMs: number
}

export class SharedConnection {
  users = 0
  /** Whether the server has answered anything yet: without, a wrong address is likelier than a server that restarts. */
  answered = false
  /** How often a call or a subscription was lost: what answers then may be another server, or another log. */
  interruptions = 0
  readonly #connectionString: string
  readonly #marks = new Set<Promise<unknown>>()
  readonly #retired = new Map<WireClient, NodeJS.Timeout>()
  #client: WireClient

  constructor(connectionString: string) {
    this.#connectionString = connectionString
    this.#client = openClient(connectionString)
  }

  get client(): WireClient {
    return this.#client
  }

  /** The call's answer, or `NoAnswer` after so long: the client is then replaced. */
  async ask<T>(client: WireClient, { doing, call, timeoutMs, callMs }: Question<T>): Promise<T> {
    const late = (): NoAnswer => {
      this.replace(client, { afterMs: callMs * 2 }) // others may have just begun, however little was left for this one
      return new NoAnswer(doing, callMs)
    }
    try {
      const answer = await orLate(call(client), timeoutMs, late)
      this.answered = true
      return answer
    } catch (error) {
      const { kind } = failureOf(error)
      if (kind === 'lost' || kind === 'not-sent' || kind === 'not-leader') this.interruptions++
      if (client.isSpoiled) this.replace(client, { afterMs: 0 })
      throw error
    }
  }

  /** A read was lost. */
  interrupted(client: WireClient, { by, timeoutMs }: { readonly by: unknown; readonly timeoutMs: number }): void {
    this.interruptions++
    if (by instanceof NoAnswer) this.replace(client, { afterMs: timeoutMs })
  }

  /** A new client for what comes now; the old one goes when what runs on it had its time. */
  replace(client: WireClient, { afterMs }: { readonly afterMs: number }): void {
    if (client !== this.#client) return
    this.interruptions++
    this.#client = openClient(this.#connectionString)
    const dispose = (): void => {
      this.#retired.delete(client)
      void client.dispose({ withinMs: DISPOSE_WITHIN_MS })
    }
    this.#retired.set(client, setTimeout(dispose, afterMs).unref())
  }

  /** Appends of this process wait until it is settled: it looks for the end of the log before them. */
  holdAppends(until: Promise<unknown>): void {
    this.#marks.add(until)
    const done = (): void => void this.#marks.delete(until)
    until.then(done, done)
  }

  get held(): Promise<unknown> | undefined {
    return this.#marks.size === 0 ? undefined : Promise.allSettled(this.#marks)
  }

  async release(): Promise<void> {
    this.users--
    if (this.users > 0) return
    connections.delete(this.#connectionString)
    for (const timer of this.#retired.values()) clearTimeout(timer)
    const clients = [this.#client, ...this.#retired.keys()]
    await Promise.all(clients.map((client) => client.dispose({ withinMs: DISPOSE_WITHIN_MS })))
  }
}
