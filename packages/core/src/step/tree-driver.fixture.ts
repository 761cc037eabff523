/** Drives a tree in tests: between any two inputs it is thrown away and hydrated from JSON text. */
import type { AnyStateMachine } from 'xstate'
import type { JsonValue } from '../json/json-value.js'
import type { ActorDocument, EffectDocument } from '../record/state-document.js'
import { createTree, hydrateTree } from './tree.js'
import type { TreeState } from './tree.js'
import type { EventData } from '../record/event-data.js'
import type { ChartInput, Tree, TreeStep } from './tree-step.js'

export class TreeDriver {
  readonly machine: AnyStateMachine
  readonly sent: { readonly to: string; readonly event: unknown }[] = []
  readonly logged: (readonly unknown[])[] = []
  now = 1_000
  state: TreeState | undefined
  #revision = 0

  constructor(machine: unknown) {
    this.machine = machine as AnyStateMachine
  }

  start(input?: JsonValue): TreeStep {
    return this.step({ kind: 'started', input })
  }
  send(type: string, payload: { readonly [key: string]: JsonValue } = {}): TreeStep {
    return this.step({ kind: 'event', event: { type, ...payload } })
  }
  done(effect: string, output?: JsonValue): TreeStep {
    return this.step({ kind: 'effect.done', effect, output })
  }
  failed(effect: string, message: string): TreeStep {
    return this.step({ kind: 'effect.failed', effect, error: { name: 'Error', message } })
  }
  effectEvent(effect: string, event: EventData): TreeStep {
    return this.step({ kind: 'effect.event', effect, event })
  }
  next(effect: string, value: JsonValue): TreeStep {
    return this.step({ kind: 'effect.next', effect, value })
  }
  /** Fires the timer that is due first, at its time. */
  fire(): TreeStep {
    const [first] = Object.entries(this.state?.timers ?? {}).toSorted(([, one], [, other]) => one.due - other.due)
    if (first === undefined) throw new Error('no timer')
    this.now = first[1].due
    return this.step({ kind: 'timer.fired', timer: first[0] })
  }

  step(input: ChartInput): TreeStep {
    const tree = this.state === undefined ? createTree({ machine: this.machine }, this.#options()) : this.tree()
    const step = tree.step(input, { now: this.now, revision: this.#revision++ })
    const settled = input.kind === 'effect.done' || input.kind === 'effect.failed' ? [input.effect] : []
    const effects: { [id: string]: EffectDocument } = { ...this.state?.effects }
    for (const id of [...settled, ...step.stopped]) delete effects[id]
    for (const { effect, kind, src, node, input: given } of step.scheduled) {
      effects[effect] = {
        kind,
        src,
        scheduledBy: 'e',
        ...(node === undefined ? {} : { node }),
        ...(given === undefined ? {} : { input: given }),
      }
    }
    this.state = { root: step.root, timers: step.timers, unlisted: step.unlisted, effects }
    return step
  }

  /** A tree of the state as its text gives it. */
  tree(): Tree {
    if (this.state === undefined) throw new Error('not started')
    return hydrateTree({ machine: this.machine }, JSON.parse(JSON.stringify(this.state)) as TreeState, this.#options())
  }

  get root(): ActorDocument {
    if (this.state === undefined) throw new Error('not started')
    return this.state.root
  }
  get context(): { readonly [key: string]: unknown } {
    return this.root.context as { readonly [key: string]: unknown }
  }

  #options(): Parameters<typeof createTree>[1] {
    return {
      agentId: 'agent',
      onActorSend: (to, event) => void this.sent.push({ to, event }),
      onLog: (args) => void this.logged.push(args),
    }
  }
}

/** A tree driver that has taken its first step. */
export function started(machine: unknown, input?: JsonValue): TreeDriver {
  const driver = new TreeDriver(machine)
  driver.start(input)
  return driver
}
