/** The effects of a checked agent: the user's bodies or stubs, watched, gated, and crashed at when told to. */
import type { AgentDefinition, StoredEvent } from '@refold/core'
import { withEffects } from '@refold/core/definition'
import type { CallBody, EffectBodyArgs } from '@refold/core/definition'
import type { EffectWorld } from '../simulation/effect-world.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import { never } from '../simulation/process-life.js'
import type { VirtualTime } from '../simulation/virtual-time.js'
import type { Asked, BodyGate } from './body-gate.js'
import type { Cast } from './cast.js'
import { atItsPace } from './paced-body.js'
import type { CheckedStreams } from './checked-streams.js'

/** By source: a function of the input that returns the output, or throws; `'real'`: the effect's own body. */
export type StubEffects = Readonly<Record<string, ((input: never) => unknown) | 'real'>>

/** Where the process dies, once: right before or after its nth append to an agent, or its nth body (from 1). */
export interface CrashPoint {
  readonly at: 'append' | 'body'
  /** Of the agent, for an append. */
  readonly stream?: string
  readonly nth: number
  readonly when: 'before' | 'after'
}

export interface CheckedBodiesOptions {
  readonly cast: Cast
  /** The stream of the checked agent. */
  readonly checked: string
  readonly effects: StubEffects
  readonly crash: CrashPoint | undefined
  readonly gate: BodyGate
  readonly streams: CheckedStreams
  readonly time: VirtualTime
  readonly world: EffectWorld
  /** The record of this id. */
  readonly recordOf: (eventId: string) => StoredEvent | undefined
  readonly bodyPatienceMs: number
  readonly kill: (why: string) => void
}

export class CheckedBodies {
  readonly #options: CheckedBodiesOptions
  readonly #nthOf = new WeakMap<EffectBodyArgs, number>()
  readonly #called = new Set<string>()
  readonly #slow = new Set<string>()
  #begun = 0

  constructor(options: CheckedBodiesOptions) {
    this.#options = options
  }

  /** Bodies that began, over all incarnations. */
  get begun(): number {
    return this.#begun
  }

  /** Their sources. */
  get called(): ReadonlySet<string> {
    return this.#called
  }

  /** Sources of those that took longer than they are waited for. */
  get slow(): ReadonlySet<string> {
    return this.#slow
  }

  definitionsFor(effects: ProcessEffects): readonly AgentDefinition[] {
    const { cast, effects: stubs, world, streams } = this.#options
    return cast.members.map(({ definition, prefix }) =>
      withEffects(definition, {
        call: (src, real) => this.#bodyOf(`${prefix}${src}`, { effects, real }),
        stream: (src) => streams.bodyFor(`${prefix}${src}`),
        reconcile: (src) =>
          stubs[`${prefix}${src}`] === 'real'
            ? undefined
            : ({ key }) => Promise.resolve(world.resultOf(key) ?? 'not-done'),
      }),
    )
  }

  #bodyOf(src: string, { effects, real }: { readonly effects: ProcessEffects; readonly real: CallBody }): CallBody {
    const stub = this.#options.effects[src]
    if (stub === undefined) throw new Error(`nothing stands in for ${src}`) // the options were checked
    const run: CallBody = stub === 'real' ? real : ({ input }) => stub(input as never)
    return (args) => {
      const watched = effects.body<unknown, unknown>(src, async ({ perform }) => {
        const output = await this.#run(src, { run, args })
        // What the outside world knows from here on; the body's own result is what counts.
        perform(output)
        await this.#crashAfter(src, args)
        return output
      })
      const { input, refold } = args
      return watched({
        ...refold,
        input,
        get signal() {
          return args.signal
        },
      })
    }
  }

  async #run(src: string, { run, args }: { readonly run: CallBody; readonly args: EffectBodyArgs }): Promise<unknown> {
    const { gate, time, bodyPatienceMs } = this.#options
    const nth = ++this.#begun
    this.#called.add(src)
    this.#nthOf.set(args, nth)
    await this.#crash({ nth, when: 'before', src })
    const place = gate.enter()
    try {
      const onSlow = (): void => void this.#slow.add(src)
      return await atItsPace(run, args, { time, patienceMs: bodyPatienceMs, onSlow })
    } finally {
      await gate.leave(place, { signal: args.signal, asked: this.#asked(args.refold) })
    }
  }

  /** A key is the id of the record that asked for the effect, and a number in it. */
  #asked({ key }: { readonly key: string }): Asked {
    const dot = key.lastIndexOf('.')
    const { stream = '', revision = 0 } = this.#options.recordOf(key.slice(0, dot)) ?? {}
    return {
      stream: stream === this.#options.checked ? '' : stream,
      revision: Number(revision),
      ordinal: Number(key.slice(dot + 1)),
    }
  }

  #crashAfter(src: string, args: EffectBodyArgs): Promise<void> {
    return this.#crash({ nth: this.#nthOf.get(args) ?? 0, when: 'after', src })
  }

  async #crash({
    nth,
    when,
    src,
  }: {
    readonly nth: number
    readonly when: CrashPoint['when']
    readonly src: string
  }): Promise<void> {
    const { crash, kill } = this.#options
    if (crash?.at !== 'body' || crash.nth !== nth || crash.when !== when) return
    kill(`${when} the body of ${src}`)
    await never()
  }
}
