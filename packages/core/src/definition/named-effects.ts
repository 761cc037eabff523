/** The effects that a name reaches: what a tool may describe, and put other bodies under. */
import type { AnyActorLogic, AnyStateMachine } from 'xstate'
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
 * (`child.charge`). Logic that stands inline in an `invoke` stays, and so does what is inside a machine that contains itself.
 */
export function replaceEffects(machine: AnyStateMachine, replace: Replace): AnyStateMachine {
  return replaceIn(machine, { replace, prefix: '', above: new Set() })
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

interface Walk {
  readonly replace: Replace
  readonly prefix: string
  readonly above: ReadonlySet<AnyStateMachine>
}

function replaceIn(machine: AnyStateMachine, { replace, prefix, above }: Walk): AnyStateMachine {
  const inside = new Set(above).add(machine)
  const given = Object.entries(machine.implementations.actors as Readonly<Record<string, AnyActorLogic>>)
  if (given.length === 0) return machine
  const actors = given.map(([name, logic]): [string, AnyActorLogic] => {
    const src = `${prefix}${name}`
    if (isMachine(logic))
      return [name, inside.has(logic) ? logic : replaceIn(logic, { replace, prefix: `${src}.`, above: inside })]
    const kind = effectKindOf(logic)
    return [name, kind === undefined ? logic : replace(src, logic, kind)]
  })
  return machine.provide({ actors: Object.fromEntries(actors) }) as AnyStateMachine
}
