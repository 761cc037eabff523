/** The step engine on the same charts: between any two inputs the tree is thrown away and hydrated from JSON text. */
import { isRefoldError } from '../../errors.js'
import { diff } from '../../json/diff.js'
import { applyPatch } from '../../json/patch.js'
import type { JsonObject, JsonValue } from '../../json/json-value.js'
import { createTree, hydrateTree } from '../tree.js'
import type { TreeState } from '../tree.js'
import type { ChartInput, Tree, TreeStep } from '../tree-step.js'
import type { EffectDocument } from '../../record/state-document.js'
import type { AnyStateMachine } from 'xstate'
import { Allowance } from './allowance.fixture.js'
import type { BodyDriver } from './effect-bodies.fixture.js'
import { describeBody } from './plain-run.fixture.js'
import { randomChart } from './random-chart.fixture.js'
import { newRunLog } from './run-log.fixture.js'
import type { RunInput, RunLog } from './run-log.fixture.js'

export interface TreeRunOptions {
  /** `hydrated`: from JSON text between any two inputs. `live`: never. */
  readonly mode: 'hydrated' | 'live'
}

export class TreeRun {
  readonly machine: AnyStateMachine
  readonly mode: TreeRunOptions['mode']
  state: TreeState | undefined
  now = 0
  #revision = 0
  readonly #allowance = new Allowance()
  #log: RunLog = newRunLog()
  #tree: Tree | undefined
  #pending: string[] = []

  constructor(seed: number, { mode }: TreeRunOptions) {
    const driver: BodyDriver = {
      started: () => neverHere('a body ran'),
      stopped: () => neverHere('a body was stopped'),
      received: () => neverHere('a body received'),
      noted: (text) => void this.#log.actions.push(text),
      spend: () => this.#allowance.spend(),
    }
    this.machine = randomChart(seed, driver)
    this.mode = mode
  }

  /** `undefined`: refused. */
  start(): RunLog | undefined {
    return this.#step({ kind: 'started', input: undefined })
  }

  step(input: RunInput): RunLog | undefined {
    return this.#step(this.#chartInput(input))
  }

  /** Ids of pending timers in the order of firing. */
  timers(): { readonly id: string; readonly due: number }[] {
    const timers = Object.entries(this.state?.timers ?? {}).map(([id, { due }]) => ({ id, due }))
    return timers.toSorted((one, other) => one.due - other.due || ordinal(one.id) - ordinal(other.id))
  }

  text(): string {
    return JSON.stringify(this.state)
  }

  #chartInput(input: RunInput): ChartInput {
    if (input.kind === 'event') return input
    if (input.kind === 'timer') {
      const [next] = this.timers()
      if (next === undefined) throw new Error('no timer')
      this.now = Math.max(this.now, next.due)
      return { kind: 'timer.fired', timer: next.id }
    }
    const effect = this.#pending[input.effect]
    if (effect === undefined) throw new Error('no such effect')
    if (input.kind === 'done') return { kind: 'effect.done', effect, output: input.value as JsonValue }
    if (input.kind === 'failed')
      return { kind: 'effect.failed', effect, error: { name: 'Error', message: input.message } }
    if (this.state?.effects[effect]?.src.endsWith('watch'))
      return { kind: 'effect.next', effect, value: input.value as JsonValue }
    return { kind: 'effect.event', effect, event: input.value as { type: string } }
  }

  #step(input: ChartInput): RunLog | undefined {
    this.#log = newRunLog()
    this.#allowance.renew()
    const before = this.state
    let step: TreeStep
    try {
      step = this.#live().step(input, { now: this.now, revision: this.#revision++ })
    } catch (error) {
      if (isRefoldError(error, 'EVENT_REFUSED') || isRefoldError(error, 'LOOPS_FOREVER')) return undefined
      throw error
    }
    const settled = input.kind === 'effect.done' || input.kind === 'effect.failed' ? input.effect : undefined
    this.#describe(step, before)
    this.state = {
      root: step.root,
      timers: step.timers,
      unlisted: step.unlisted,
      effects: this.#effectsAfter(step, settled),
    }
    this.#pending = [
      ...this.#pending.filter((id) => this.state?.effects[id] !== undefined),
      ...step.scheduled.map(({ effect }) => effect),
    ]
    checkPatch(before, this.state)
    return this.#log
  }

  #live(): Tree {
    const options = {
      agentId: 'root',
      onActorSend: () => neverHere('an actor was sent to outside of a step'),
      onLog: (args: readonly unknown[]) => void this.#log.actions.push(JSON.stringify(args)),
    }
    const definition = { machine: this.machine }
    if (this.state === undefined) return (this.#tree = createTree(definition, options))
    if (this.mode === 'live' && this.#tree !== undefined) return this.#tree
    return (this.#tree = hydrateTree(definition, JSON.parse(this.text()) as TreeState, options))
  }

  #describe(step: TreeStep, before: TreeState | undefined): void {
    const log = this.#log
    const inputs = new Map(step.scheduled.map(({ effect, input }) => [effect, input]))
    const name = (effect: string): string => {
      const known = before?.effects[effect]
      const src =
        (known?.src ?? step.scheduled.find((one) => one.effect === effect)?.src ?? '?').split('.').at(-1) ?? '?'
      return describeBody({ src, input: known === undefined ? inputs.get(effect) : known.input })
    }
    log.started.push(...step.scheduled.map(({ effect }) => name(effect)))
    log.stopped.push(...step.stopped.map(name))
    log.received.push(...step.deliveries.map(({ effect, event }) => `${name(effect)} ${JSON.stringify(event)}`))
    log.emitted.push(...step.emitted.map((event) => JSON.stringify(event)))
    for (const action of step.actions) action.run()
  }

  #effectsAfter(step: TreeStep, settled: string | undefined): TreeState['effects'] {
    const next: { [id: string]: EffectDocument } = { ...this.state?.effects }
    for (const id of [settled, ...step.stopped]) if (id !== undefined) delete next[id]
    for (const { effect, kind, src, input } of step.scheduled) {
      next[effect] = { kind, src, ...(input === undefined ? {} : { input }), scheduledBy: `event-${this.#revision}` }
    }
    return next
  }
}

function checkPatch(before: TreeState | undefined, after: TreeState): void {
  if (before === undefined) return
  const patch = diff({ state: before } as unknown as JsonValue, { state: after } as unknown as JsonValue, { path: '' })
  const document = JSON.parse(JSON.stringify({ state: before })) as JsonObject
  const folded = applyPatch(document, JSON.parse(JSON.stringify(patch)) as never)
  const [found, wanted] = [JSON.stringify(folded['state']), JSON.stringify(after)]
  if (found !== wanted) throw new Error(`the patch gives\n${found}\nin place of\n${wanted}\n${JSON.stringify(patch)}`)
}

function ordinal(timer: string): number {
  const [revision, n] = timer.split('.t').map(Number) as [number, number]
  return revision * 100_000 + n
}

function neverHere(what: string): never {
  throw new Error(`${what} inside the step engine`)
}
