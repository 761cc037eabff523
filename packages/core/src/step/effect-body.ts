/** Performs the body of an effect: what the user gave to `fromPromise`, `fromCallback` and their like, called as XState calls it. */
import { streamsEvents } from '../definition/logic-kind.js'
import { copyJson } from '../json/copy-json.js'
import type { LiveActor } from './live-actor.js'
import type { LiveTree } from './live-tree.js'
import { denormalize } from './normalize.js'
import type { EventData } from '../record/event-data.js'
import type { Delivery } from '../record/record.js'
import type { EffectHost, RunningEffect } from './tree-step.js'

/** Beside XState's own arguments a body gets this under `refold`. `effect()` reads it; plain `createActor` does not give it. */
export type EffectContext = Pick<EffectHost, 'key' | 'attempt' | 'traceparent' | 'step' | 'progress' | 'usage'>

interface BodyArguments {
  readonly input: unknown
  readonly system: object
  readonly self: object
  readonly signal: AbortSignal
  readonly emit: (event: unknown) => void
  readonly refold: EffectContext
}

type Creator<Extra, R> = (args: BodyArguments & Extra) => R

interface CallbackExtra {
  readonly sendBack: (event: unknown) => void
  readonly receive: (listener: (event: EventData) => unknown) => void
}

interface Observer {
  readonly next: (value: unknown) => void
  readonly error: (error: unknown) => void
  readonly complete: () => void
}

interface Subscribable {
  subscribe(observer: Observer): { unsubscribe(): void }
}

/** Starts it. Nothing that the body throws is thrown from here. */
export function runBody(tree: LiveTree, actor: LiveActor, host: EffectHost): RunningEffect {
  const args = argumentsOf(tree, actor, host)
  const { config } = actor.logic
  if (actor.kind === 'callback') {
    const receive = ({ event, refs }: Delivery): unknown => denormalize(event, refs, { port: tree, at: '' })
    return runCallback(config as Creator<CallbackExtra, unknown>, args, { host, receive })
  }
  if (actor.kind === 'observable')
    return runObservable(
      config as Creator<unknown, Subscribable>,
      args,
      streamsEvents(actor.logic) ? host.event : host.next,
    )
  return runPromise(config as Creator<unknown, unknown>, args)
}

function argumentsOf(tree: LiveTree, actor: LiveActor, host: EffectHost): BodyArguments {
  const { refs } = actor.input
  // A body may write to its input: it gets its own, live and resumed alike.
  const input = refs === undefined ? copyJson(host.input) : denormalize(host.input, refs, { port: tree, at: '/input' })
  return new Arguments(input, { tree, actor, host })
}

/** A class, for the signal's sake: few ask for it, and it costs as much as a step. */
class Arguments implements BodyArguments {
  readonly input: unknown
  readonly system: object
  readonly self: object
  readonly emit = ignore // no one can listen to an effect's own emits: outside only the root is heard
  readonly refold: EffectContext
  readonly #host: EffectHost

  constructor(input: unknown, { tree, actor, host }: { tree: LiveTree; actor: LiveActor; host: EffectHost }) {
    this.input = input
    this.system = tree.system
    this.self = actor.ref
    this.refold = host
    this.#host = host
  }

  get signal(): AbortSignal {
    return this.#host.signal
  }
}

function ignore(): void {}

function runPromise(create: Creator<unknown, unknown>, args: BodyArguments): RunningEffect {
  const outcome = new Promise<unknown>((resolve) => resolve(create(args)))
  return { outcome, deliver: () => {}, stop: () => undefined }
}

interface CallbackHost {
  readonly host: EffectHost
  /** The event with its references. */
  readonly receive: (delivery: Delivery) => unknown
}

function runCallback(
  create: Creator<CallbackExtra, unknown>,
  args: BodyArguments,
  { host, receive }: CallbackHost,
): RunningEffect {
  const listeners = new Set<(event: EventData) => unknown>()
  let stopped = false
  let dispose: unknown
  let fail: (error: unknown) => void = () => {}
  const outcome = new Promise<never>((_, reject) => {
    fail = reject
    const sendBack = (event: unknown): void => {
      if (!stopped) host.event(event)
    }
    try {
      dispose = create({ ...args, signal: args.signal, sendBack, receive: (listener) => listeners.add(listener) })
      if (isThenable(dispose)) dispose.then(undefined, reject) // an async callback: it goes on until it rejects
    } catch (error) {
      reject(error)
    }
  })
  // A listener is user code too: what it throws, or rejects with, is the effect's failure, not the sender's.
  const deliver = (delivery: Delivery): void => {
    const error = caught(() => {
      const event = receive(delivery) as EventData
      for (const listener of listeners) {
        const heard = listener(event)
        if (isThenable(heard)) heard.then(undefined, fail)
      }
    })
    if (error !== undefined) fail(error)
  }
  const stop = (): unknown => {
    stopped = true
    listeners.clear()
    const disposer = dispose
    dispose = undefined
    return typeof disposer === 'function' ? caught(disposer as () => void) : undefined
  }
  return { outcome, deliver, stop }
}

function runObservable(
  create: Creator<unknown, Subscribable>,
  args: BodyArguments,
  next: (value: unknown) => void,
): RunningEffect {
  let stopped = false
  let subscription: { unsubscribe(): void } | undefined
  const outcome = new Promise<undefined>((resolve, reject) => {
    const observer: Observer = {
      next: (value) => {
        if (!stopped) next(value)
      },
      error: reject,
      complete: () => resolve(undefined),
    }
    subscription = create(args).subscribe(observer)
  })
  const stop = (): unknown => {
    stopped = true
    return caught(() => subscription?.unsubscribe())
  }
  return { outcome, deliver: () => {}, stop }
}

/** What it throws. What its promise rejects with is no one's: a cleanup that fails late has nothing left to tell. */
function caught(run: () => unknown): unknown {
  try {
    const returned = run()
    if (isThenable(returned)) returned.then(undefined, () => undefined)
    return undefined
  } catch (error) {
    return error ?? new Error('it threw nothing')
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
