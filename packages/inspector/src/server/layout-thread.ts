/**
 * elkjs in a thread of its own: what it needs seconds for keeps no one waiting. It is begun with the first graph, and ends when there
 * was none for a while.
 */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { RefoldError } from '@refold/core/record'
import type { GraphNode } from '../chart/graph.js'
import { noElk } from '../chart/layout.js'
import { ownFile } from '../own-package.js'

/** Graphs that wait. */
const MOST_WAITING = 16
const SLOWEST_MS = 20_000
const IDLE_MS = 30_000

/** As text, so that it is the same from sources and from what is published, where every entry is one file. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const Elk = require(workerData)
const elk = new Elk()
parentPort.on('message', (graph) => {
  elk.layout(graph).then(
    (placed) => parentPort.postMessage({ placed: JSON.stringify(placed) }),
    (error) => parentPort.postMessage({ error: String(error) }),
  )
})
`

interface Waiting {
  readonly graph: GraphNode
  readonly resolve: (placed: GraphNode) => void
  readonly reject: (error: unknown) => void
}

export class LayoutThread {
  readonly #slowestMs: number
  readonly #waiting: Waiting[] = []
  #current: Waiting | undefined
  #worker: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor({ slowestMs = SLOWEST_MS }: { readonly slowestMs?: number } = {}) {
    this.#slowestMs = slowestMs
  }

  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  /** Rejects with `QUEUE_FULL`, with `CLOSED`, with `TIMEOUT` for what takes too long, and `INVALID_INPUT` for what elkjs refuses. */
  layOut(graph: GraphNode): Promise<GraphNode> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed()
      if (this.#waiting.length >= MOST_WAITING) throw tooMany()
      this.#waiting.push({ graph, resolve, reject })
      this.#next()
    })
  }

  close(): void {
    this.#isClosed = true
    for (const { reject } of this.#waiting.splice(0)) reject(closed())
    this.#end(closed())
  }

  #next(): void {
    if (this.#current !== undefined) return
    clearTimeout(this.#timer)
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#timer = setTimeout(() => this.#end(), IDLE_MS).unref()
      return
    }
    this.#current = next
    this.#timer = setTimeout(() => this.#end(tooSlow()), this.#slowestMs)
    try {
      this.#worker ??= this.#begin()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.#worker.postMessage(next.graph)
    } catch (error) {
      this.#end(error)
    }
  }

  #begin(): Worker {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: elkFile(),
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    })
    worker.unref()
    worker.on('message', (answer: { readonly placed?: string; readonly error?: string }) => {
      if (worker !== this.#worker) return
      const current = this.#current
      this.#current = undefined
      if (answer.placed === undefined) current?.reject(refusedBy(answer.error ?? ''))
      else current?.resolve(JSON.parse(answer.placed) as GraphNode) // as elkjs gives it
      this.#next()
    })
    worker.on('error', (error) => worker === this.#worker && this.#end(refusedBy(error.message)))
    return worker
  }

  /** The thread, and what it was at. The next graph begins another. */
  #end(error?: unknown): void {
    clearTimeout(this.#timer)
    void this.#worker?.terminate()
    this.#worker = undefined
    const current = this.#current
    this.#current = undefined
    current?.reject(error)
    if (this.#waiting.length > 0) this.#next()
  }
}

function elkFile(): string {
  try {
    return createRequire(ownFile()).resolve('elkjs/lib/elk.bundled.js')
  } catch (cause) {
    throw noElk(cause)
  }
}

function closed(): RefoldError {
  return new RefoldError('CLOSED', 'the inspector was closed')
}

function tooMany(): RefoldError {
  return new RefoldError('QUEUE_FULL', 'too many charts wait to be drawn', { hint: 'Try again in a moment.' })
}

function tooSlow(): RefoldError {
  return new RefoldError('TIMEOUT', 'this chart takes too long to draw', { hint: 'Its states can be read as a list.' })
}

function refusedBy(message: string): RefoldError {
  return new RefoldError('INVALID_INPUT', 'this chart cannot be drawn', {
    cause: new Error(message),
    hint: 'Its states can be read as a list.',
  })
}
