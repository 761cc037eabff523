/**
 * What `checkRecovery` needs of a definition beyond its public fields, and a definition with other effect bodies. The
 * definition carries its internals under a registered symbol, as two copies of the core must understand each other.
 */
import type { AgentDefinition } from '@refold/core'
import type { AnyStateMachine } from 'xstate'
import type { JsonSchema } from './json-schema-arbitrary.js'

const INTERNALS = Symbol.for('refold.definition')

/** How an effect's body is run: by XState's own arguments, and what Refold adds. */
export type Creator = (args: CreatorArgs) => unknown
export interface CreatorArgs {
  readonly input: unknown
  readonly signal: AbortSignal
  readonly refold: {
    readonly key: string
    readonly attempt: number
    readonly step: <R>(
      name: string,
      run: (step: { key: string; signal: AbortSignal }) => R | PromiseLike<R>,
    ) => Promise<R>
    readonly progress: (chunk: unknown) => void
  }
}

/** What runs in place of a callback, and of an observable. */
export interface StreamCreator {
  readonly callback: (args: CreatorArgs & { readonly sendBack: (event: unknown) => void }) => () => void
  readonly observable: (args: CreatorArgs) => {
    subscribe(observer: { readonly next: (value: unknown) => void }): { unsubscribe: () => void }
  }
}

/** What a source sends in the course of its life: events for its parent, or values. */
export type StreamKind = 'events' | 'values'

type Safety = 'idempotent' | 'reconcilable' | 'never-retry'
interface Policy {
  readonly safety: Safety
  readonly reconcile: unknown
}
interface Internals {
  readonly machine: AnyStateMachine
  readonly chart: {
    readonly schemas?: { readonly input?: JsonSchema; readonly events?: Readonly<Record<string, JsonSchema>> }
  }
  readonly parseInput: (input: unknown) => unknown
  readonly parseEvent: (event: unknown) => unknown
  readonly isOutsideEvent: (type: string) => boolean
  readonly policyOf: (src: string) => Policy
}

function internalsOf(definition: AgentDefinition): Internals {
  const { [INTERNALS]: internals } = definition as unknown as { readonly [INTERNALS]?: Internals }
  if (internals === undefined) throw new TypeError('this was not made by defineAgent')
  return internals
}

/** The input's schema; `undefined`: none was given. */
export function inputSchemaOf(definition: AgentDefinition): JsonSchema | undefined {
  return internalsOf(definition).chart.schemas?.input
}

/** Every event type that may come from outside, with the schema of its payload where there is one. */
export function eventSchemasOf(definition: AgentDefinition): ReadonlyMap<string, JsonSchema | undefined> {
  const { chart, machine, isOutsideEvent } = internalsOf(definition)
  const given = chart.schemas?.events
  if (given !== undefined) return new Map(Object.entries(given))
  return new Map(
    machine.events.filter((type) => isOutsideEvent(type) && !type.includes('*')).map((type) => [type, undefined]),
  )
}

export function acceptsInput(definition: AgentDefinition, input: unknown): boolean {
  return parses(() => internalsOf(definition).parseInput(input))
}
export function acceptsEvent(definition: AgentDefinition, event: unknown): boolean {
  return parses(() => internalsOf(definition).parseEvent(event))
}

function parses(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch {
    return false
  }
}

export interface Substitution {
  /** The body in place of a promise's. */
  readonly body: (src: string, real: Creator) => Creator
  readonly stream: (src: string) => StreamCreator
  /** The `reconcile` in place of the user's; `undefined`: the user's own. */
  readonly reconcile: (src: string) => ((interrupted: { readonly key: string }) => Promise<unknown>) | undefined
}

/** Callbacks and observables by source (`feed`, `child.feed`), also those of child machines. */
export function streamsOf(definition: AgentDefinition): ReadonlyMap<string, StreamKind> {
  const streams = new Map<string, StreamKind>()
  const inspect = (src: string, logic: Logic): Logic => {
    const kind = kindOf(logic)
    if (kind === 'observable') streams.set(src, 'values')
    else if (kind === 'callback' || kind === 'event observable') streams.set(src, 'events')
    return logic
  }
  substituteIn(internalsOf(definition).machine, { substitute: inspect, prefix: '', inside: new Set() })
  return streams
}

/** The same definition with other bodies, also in its child machines. Logic that stands inline in an `invoke` keeps its own. */
export function substituteEffects(definition: AgentDefinition, substitution: Substitution): AgentDefinition {
  const internals = internalsOf(definition)
  const substitute = (src: string, logic: Logic): Logic => substituteLogic(logic, { src, substitution })
  const machine = substituteIn(internals.machine, { substitute, prefix: '', inside: new Set() })
  const policyOf = (src: string): Policy => {
    const policy = internals.policyOf(src)
    const reconcile = policy.safety === 'reconcilable' ? substitution.reconcile(src) : undefined
    return reconcile === undefined ? policy : { ...policy, reconcile }
  }
  const made = { name: definition.name, version: definition.version, machine }
  return Object.freeze(Object.defineProperty(made, INTERNALS, { value: { ...internals, machine, policyOf } }))
}

interface Walk {
  readonly substitute: (src: string, logic: Logic) => Logic
  readonly prefix: string
  readonly inside: ReadonlySet<AnyStateMachine>
}

function substituteIn(machine: AnyStateMachine, { substitute, prefix, inside }: Walk): AnyStateMachine {
  const within = new Set(inside).add(machine)
  const actors: Record<string, unknown> = {}
  for (const [name, logic] of Object.entries(machine.implementations.actors as Readonly<Record<string, object>>)) {
    const src = `${prefix}${name}`
    if (isMachine(logic))
      actors[name] = within.has(logic) ? logic : substituteIn(logic, { substitute, prefix: `${src}.`, inside: within })
    else actors[name] = substitute(src, logic as Logic)
  }
  return Object.keys(actors).length === 0 ? machine : (machine.provide({ actors } as never) as AnyStateMachine)
}

interface Logic {
  readonly config?: unknown
  readonly start?: unknown
  readonly getInitialSnapshot: (scope: object, input: unknown) => object
  readonly transition: (snapshot: object, event: object, scope: object) => { readonly status?: unknown }
}

function substituteLogic(
  logic: Logic,
  { src, substitution }: { readonly src: string; readonly substitution: Substitution },
): Logic {
  const { config } = logic
  switch (kindOf(logic)) {
    case 'promise':
      return { ...logic, config: substitution.body(src, config as Creator) }
    case 'observable':
    case 'event observable':
      return { ...logic, config: substitution.stream(src).observable }
    case 'callback':
      return { ...logic, config: substitution.stream(src).callback }
    case 'none':
      return logic
  }
}

/** XState does not mark its logic: what it answers to the events of its own creators tells. `none`: no effect. */
function kindOf(logic: Logic): 'promise' | 'observable' | 'event observable' | 'callback' | 'none' {
  if (logic.config === undefined || logic.start === undefined) return 'none'
  const initial = logic.getInitialSnapshot({}, undefined)
  if ('_subscription' in initial) {
    const after = logic.transition(initial, { type: 'xstate.observable.next', data: null }, { self: {} })
    return after === initial ? 'event observable' : 'observable'
  }
  try {
    return logic.transition(initial, { type: 'xstate.promise.resolve', data: null }, {}).status === 'done'
      ? 'promise'
      : 'callback'
  } catch {
    return 'callback'
  }
}

function isMachine(logic: object): logic is AnyStateMachine {
  return 'implementations' in logic && 'root' in logic
}
