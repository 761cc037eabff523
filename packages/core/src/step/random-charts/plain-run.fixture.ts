/** Plain XState with a clock and effect bodies that move only when they are told to. */
import { createActor } from 'xstate'
import type { AnyActor } from 'xstate'
import { Allowance } from './allowance.fixture.js'
import type { BodyDriver, StartedBody } from './effect-bodies.fixture.js'
import { randomChart } from './random-chart.fixture.js'
import { newRunLog } from './run-log.fixture.js'
import type { RunInput, RunLog } from './run-log.fixture.js'

interface Timeout {
  readonly due: number
  readonly fire: () => void
}

/** One run of the chart of a seed. */
export class PlainRun implements BodyDriver {
  readonly actor: AnyActor
  readonly pending: StartedBody[] = []
  now = 0
  readonly #allowance = new Allowance()
  #log: RunLog = newRunLog()
  /** Started by this input, in order. */
  readonly #fresh = new Set<StartedBody>()
  #received: { readonly body: StartedBody; readonly text: string }[] = []
  readonly #timeouts = new Map<number, Timeout>()
  #timeoutIds = 0

  constructor(seed: number) {
    const clock = {
      setTimeout: (fire: () => void, delay: number) => {
        this.#timeouts.set(++this.#timeoutIds, { due: this.now + Math.max(0, delay), fire })
        return this.#timeoutIds
      },
      clearTimeout: (id: number) => void this.#timeouts.delete(id),
    }
    const logger = (...args: unknown[]): void => void this.#log.actions.push(JSON.stringify(args))
    this.actor = createActor(randomChart(seed, this), { id: 'root', clock, logger })
    this.actor.subscribe({ error: () => {} })
    this.actor.on('*', (event) => this.#log.emitted.push(JSON.stringify(event)))
  }

  async start(): Promise<RunLog> {
    return this.#perform(() => this.actor.start())
  }

  /** Does it and waits until promises were heard. */
  async step(input: RunInput): Promise<RunLog> {
    this.#allowance.renew() // not for the start: XState makes the first snapshot when the actor is made
    return this.#perform(() => this.#apply(input))
  }

  /** Due times, in the order of firing. */
  dues(): number[] {
    return this.#inOrder().map(([, timeout]) => timeout.due)
  }

  started(body: StartedBody): void {
    this.pending.push(body)
    this.#fresh.add(body)
  }

  stopped(body: StartedBody): void {
    this.#settle(body)
    if (!this.#fresh.delete(body)) this.#log.stopped.push(describeBody(body))
    else this.#received = this.#received.filter((one) => one.body !== body)
  }

  received(body: StartedBody, event: unknown): void {
    this.#received.push({ body, text: `${describeBody(body)} ${JSON.stringify(event)}` })
  }

  spend(): boolean {
    return this.#allowance.spend()
  }

  noted(text: string): void {
    this.#log.actions.push(text)
  }

  async #perform(run: () => void): Promise<RunLog> {
    this.#log = newRunLog()
    this.#fresh.clear()
    this.#received = []
    run()
    for (let turn = 0; turn < 4; turn++) await Promise.resolve()
    this.#log.received.push(...this.#received.map(({ text }) => text))
    this.#log.started.push(...[...this.#fresh].map(describeBody))
    return this.#log
  }

  #apply(input: RunInput): void {
    if (input.kind === 'event') return this.actor.send(input.event)
    if (input.kind === 'timer') return this.#fireNext()
    const body = this.pending[input.effect]
    if (body === undefined) throw new Error('no such effect')
    if (input.kind === 'next') return body.next(input.value)
    this.#settle(body)
    if (input.kind === 'done') body.done(input.value)
    else body.fail(new Error(input.message))
  }

  #settle(body: StartedBody): void {
    const at = this.pending.indexOf(body)
    if (at >= 0) this.pending.splice(at, 1)
  }

  #fireNext(): void {
    const [first] = this.#inOrder()
    if (first === undefined) throw new Error('no timer')
    const [id, { due, fire }] = first
    this.#timeouts.delete(id)
    this.now = Math.max(this.now, due)
    fire()
  }

  #inOrder(): [number, Timeout][] {
    return [...this.#timeouts].toSorted(([a, one], [b, other]) => one.due - other.due || a - b)
  }
}

export function describeBody({ src, input }: Pick<StartedBody, 'src' | 'input'>): string {
  return `${src} ${JSON.stringify(input)}`
}
