/** The effects that a name reaches: what a tool may describe, and put other bodies under. */
import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import { listSources } from './effect-sources.js'
import { isMachine, kindOfLogic, streamsEvents } from './logic-kind.js'

/** What an effect gives: one outcome (a promise), events for its parent, or an observable's values. */
export type EffectKind = 'call' | 'events' | 'values'

/** `undefined`: machines and transitions are part of the tree, and no effects. */
function effectKindOf(logic: unknown): EffectKind | undefined {
  switch (kindOfLogic(logic)) {
    case 'promise':
      return 'call'
    case 'callback':
      return 'events'
    case 'observable':
      return streamsEvents(logic) ? 'events' : 'values'
    case 'machine':
    case 'transition':
    case 'unknown':
      return undefined
  }
}

/** Makes an effect's logic from its source, its kind and the logic that it has. */
type Replace = (src: string, logic: AnyActorLogic, kind: EffectKind) => AnyActorLogic

/**
 * The machine with other logic for every effect that `setup({ actors })` names, also in its child machines
 * (`child.charge`). A machine that contains itself is replaced inside of itself too. Logic that stands inline in an `invoke`
 * stays: XState finds it in the chart alone.
 */
export function replaceEffects(machine: AnyStateMachine, replace: Replace): AnyStateMachine {
  return replaceIn(machine, { replace, prefix: '', above: new Map() })
}

/** The kind of each effect that `replaceEffects` reaches, by source. */
export function namedEffects(machine: AnyStateMachine): ReadonlyMap<string, EffectKind> {
  const kinds = new Map<string, EffectKind>()
  replaceEffects(machine, (src, logic, kind) => {
    kinds.set(src, kind)
    return logic
  })
  return kinds
}

/** The effects that stand inline, and those of machines that do, under the names that XState gives them. */
export function inlineEffects(machine: AnyStateMachine): readonly string[] {
  const named = namedEffects(machine)
  return [...listSources(machine)].flatMap(([src, logic]) =>
    effectKindOf(logic) === undefined || named.has(src) ? [] : [src],
  )
}

interface Walk {
  readonly replace: Replace
  readonly prefix: string
  /** What takes the place of each machine that this one stands in. */
  readonly above: ReadonlyMap<AnyStateMachine, AnyStateMachine>
}

function replaceIn(machine: AnyStateMachine, { replace, prefix, above }: Walk): AnyStateMachine {
  const given = Object.entries(machine.implementations.actors as Readonly<Record<string, AnyActorLogic>>)
  if (given.length === 0) return machine
  const made = machine.provide({ actors: Object.fromEntries(given) }) as AnyStateMachine
  const inside = new Map(above).set(machine, made)
  const actors = made.implementations.actors as Record<string, AnyActorLogic> // a copy: `provide` made it
  for (const [name, logic] of given) {
    const src = `${prefix}${name}`
    const kind = effectKindOf(logic)
    if (isMachine(logic))
      actors[name] = inside.get(logic) ?? replaceIn(logic, { replace, prefix: `${src}.`, above: inside })
    else if (kind !== undefined) actors[name] = replace(src, logic, kind)
  }
  return made
}
