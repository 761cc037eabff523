/** A process in which a peer works, as the driver holds it. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PeerOrder, PeerTold } from './messages.js'

const WORKER = fileURLToPath(new URL('peer-worker.js', import.meta.url))
const KEPT_OUTPUT = 2_000

type Told<K extends PeerTold['kind']> = Extract<PeerTold, { readonly kind: K }>

export class PeerProcess {
  readonly #child: ChildProcess
  readonly #timer: NodeJS.Timeout
  readonly #messages: PeerTold[] = []
  readonly #looking = new Set<() => void>()
  #output = ''
  #failure: string | undefined

  /** What is waited for fails when it has said nothing of it within that time. */
  constructor(order: PeerOrder, { withinMs }: { readonly withinMs: number }) {
    this.#child = fork(WORKER, [JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT)))
    this.#child.on('message', (message: PeerTold) => this.#heard(message))
    this.#child.on('exit', (code, signal) => this.#fail(`the process ended (${signal ?? code})`))
    this.#timer = setTimeout(() => this.#fail(`no end after ${withinMs / 1_000} s`), withinMs)
  }

  /** Resolves to the first message of the kind. */
  told<K extends PeerTold['kind']>(kind: K): Promise<Told<K>> {
    return this.#until(() => this.#messages.find((message): message is Told<K> => message.kind === kind))
  }

  /** Resolves when so many bodies have begun in it. */
  async begun(bodies: number): Promise<void> {
    const begun = (): number => this.#messages.filter(({ kind }) => kind === 'body').length
    await this.#until(() => (begun() >= bodies ? true : undefined))
  }

  /** With SIGKILL. */
  async kill(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  #heard(message: PeerTold): void {
    if (message.kind === 'failed') return this.#fail(message.message)
    this.#messages.push(message)
    this.#look()
  }

  #fail(why: string): void {
    this.#failure ??= `${why} ${this.#output.trim()}`
    this.#look()
  }

  #look(): void {
    for (const look of this.#looking) look()
  }

  #until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined && this.#failure === undefined) return
        this.#looking.delete(look)
        if (found === undefined) reject(new Error(this.#failure))
        else resolve(found)
      }
      this.#looking.add(look)
      look()
    })
  }
}
