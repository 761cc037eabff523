/**
 * The inspector beside a fleet, a process of its own.
 *
 * Invariants: it is asked nothing that a worker waits for; one that dies, or whose store is out of reach, is started again later and
 * later; one that cannot be served is told, and the fleet goes on without.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { FleetEvent } from './fleet-events.js'
import { isFromInspector } from './inspector-messages.js'
import type { FromInspector, InspectorOrder } from './inspector-messages.js'
import { printedLines } from './printed-lines.js'
import { pauseAfter } from './restart-pauses.js'

export interface InspectorSlotOptions {
  readonly order: InspectorOrder
  readonly onEvent: (event: FleetEvent) => void
  /** When more of what it prints can be taken; `undefined`: at once. */
  readonly whenReady: () => Promise<void> | undefined
}

/** How long it may take to end by itself. */
const LAST_MS = 2_000

export class InspectorSlot {
  readonly #options: InspectorSlotOptions
  #child: ChildProcess | undefined
  #startedAt = 0
  #earlyDeaths = 0
  #isOver = false
  #restart: NodeJS.Timeout | undefined

  constructor(options: InspectorSlotOptions) {
    this.#options = options
  }

  start(): void {
    this.#startedAt = performance.now()
    const child = (this.#child = this.#made())
    if (child === undefined) return
    for (const stream of [child.stdout, child.stderr]) this.#relay(stream)
    child.on('message', (sent: unknown) => {
      if (isFromInspector(sent)) this.#heard(sent.refold, child)
    })
    // One that could not be made has no `exit`: the fleet goes on without, and tries again.
    child.once('error', () => child.pid === undefined && this.#died({ pid: 0, exitCode: null, signal: null }))
    child.once('exit', (exitCode, signal) => this.#died({ pid: child.pid ?? 0, exitCode, signal }))
    if (child.connected) child.send(this.#options.order, () => {}) // what it has not heard, its end tells
  }

  /** What keeps a process from being made may pass. */
  #made(): ChildProcess | undefined {
    try {
      return fork(fileURLToPath(new URL('./inspector-process.js', import.meta.url)), [], {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
    } catch {
      this.#died({ pid: 0, exitCode: null, signal: null })
      return undefined
    }
  }

  /** It ends with the fleet. */
  end(): void {
    this.#isOver = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (child.connected) child.disconnect()
    setTimeout(() => child.kill('SIGKILL'), LAST_MS).unref()
  }

  #heard(message: FromInspector, { pid = 0 }: ChildProcess): void {
    const { onEvent } = this.#options
    if (message.kind === 'serving') return onEvent({ type: 'inspector.serving', pid, url: message.url })
    this.#isOver = true
    onEvent({ type: 'inspector.failed', code: message.code, message: message.message })
  }

  #died(death: { readonly pid: number; readonly exitCode: number | null; readonly signal: string | null }): void {
    if (this.#isOver) return
    const livedMs = performance.now() - this.#startedAt
    const { pauseMs, earlyDeaths } = pauseAfter({ earlyDeaths: this.#earlyDeaths, livedMs })
    this.#earlyDeaths = earlyDeaths
    this.#options.onEvent({ type: 'inspector.died', ...death, restartInMs: pauseMs })
    this.#restart = setTimeout(() => this.start(), pauseMs)
  }

  #relay(stream: Readable | null | undefined): void {
    const { onEvent, whenReady } = this.#options
    const onLine = (line: string): void => onEvent({ type: 'inspector.printed', line })
    if (stream != null) printedLines(stream, { onLine, whenReady })
  }
}
