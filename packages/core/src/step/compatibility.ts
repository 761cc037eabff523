/** Whether today's chart can receive what an agent's documents hold. Builds no actors. */
import type { DefinitionInternals } from '../definition/internals.js'
import { kindOfLogic } from '../definition/logic-kind.js'
import type { ActorDocument, ActorId, StateDocument } from '../record/state-document.js'
import { invokerOf, takesOutcome } from './child-origin.js'
import { templateOf } from './configurations.js'
import type { Template } from './configurations.js'
import { logicOf } from './xstate/logic.js'
import { boundedMachine, isMachine } from './xstate/machine.js'
import type { MachineShape } from './xstate/shapes.js'

/** Something that has no place. */
export interface Incompatibility {
  readonly kind: 'state' | 'history' | 'actor' | 'timer'
  readonly actor: ActorId
  /** In words, with the name that is not found. */
  readonly what: string
}

type PlacedState = Pick<StateDocument, 'root' | 'timers' | 'unlisted'>

/** Nothing: every active state, actor and `after` timer has its place. */
export function incompatibilitiesOf(
  definition: Pick<DefinitionInternals, 'machine'>,
  state: PlacedState,
): readonly Incompatibility[] {
  const search = new Search()
  search.actor(state.root, definition.machine)
  const left = Object.values(state.unlisted)
  for (let round = left.length; round > 0 && left.length > 0; round--) {
    for (const unlisted of left.splice(0)) {
      if (search.logics.has(unlisted.parent)) search.child(unlisted.actor, { id: unlisted.id, parent: unlisted.parent })
      else left.push(unlisted)
    }
  }
  for (const [id, timer] of Object.entries(state.timers))
    search.timer(id, { target: timer.target, type: timer.event['type'] })
  return search.missing
}

/** `missingPlaces` finds nothing. */
export function isCompatible(definition: Pick<DefinitionInternals, 'machine'>, state: PlacedState): boolean {
  return incompatibilitiesOf(definition, state).length === 0
}

class Search {
  readonly missing: Incompatibility[] = []
  readonly logics = new Map<ActorId, unknown>()
  readonly #templates = new Map<ActorId, Template>()

  actor(document: ActorDocument, logic: unknown): void {
    const { sid } = document
    this.logics.set(sid, logic)
    if (document.kind === 'machine' && isMachine(logic)) this.#machine(document, boundedMachine(logic))
    for (const [id, child] of Object.entries(document.children ?? {})) {
      const place = { id, parent: sid }
      // A unlisted actor has outlived its state: only children are looked at.
      if (this.child(child, place) && document.status === undefined) this.#wanted(child, place)
    }
  }

  /** Whether its logic is there. */
  child(document: ActorDocument, { id, parent }: { id: string; parent: ActorId }): boolean {
    const { sid, src = '' } = document
    const logic = logicOf(this.logics.get(parent), src)
    const kind = kindOfLogic(logic)
    if (kind === document.kind) {
      this.actor(document, logic)
      return true
    }
    const what =
      logic === undefined
        ? `actor "${id}": no logic "${src}"`
        : `actor "${id}": logic "${src}" is no ${document.kind} any more`
    this.missing.push({ kind: 'actor', actor: sid, what })
    return false
  }

  /** A child that runs must still be invoked, if it was, and its end still be heard, if it was when it began. */
  #wanted(child: ActorDocument, { id, parent }: { id: string; parent: ActorId }): void {
    const template = this.#templates.get(parent)
    const machine = template?.snapshot.machine
    if (template === undefined || machine === undefined || child.status !== undefined) return
    const { sid: actor, unnamed, spawned, ignoresOutcome, kind } = child
    const { activeNodes: active } = template
    const say = (what: string): void => void this.missing.push({ kind: 'actor', actor, what: `actor "${id}": ${what}` })
    if (unnamed !== true && spawned !== true && invokerOf(active, id) === undefined)
      return say('no active state invokes it')
    const own = unnamed === true ? actor : id
    if (ignoresOutcome !== true && kind !== 'callback' && !takesOutcome({ machine, active }, own))
      say('no state takes its outcome any more')
  }

  #machine(document: ActorDocument, machine: MachineShape): void {
    const { sid } = document
    const template = templateOf(machine, document)
    if (template === undefined)
      this.missing.push({ kind: 'state', actor: sid, what: `state ${JSON.stringify(document.value)}` })
    else this.#templates.set(sid, template)
    for (const [id, nodes] of Object.entries(document.history ?? {})) {
      const lost = [id, ...nodes].find((node) => !machine.idMap.has(node))
      if (lost !== undefined) this.missing.push({ kind: 'history', actor: sid, what: `remembered state "${lost}"` })
    }
  }

  /** An `after` whose delay or state was changed would never be heard of again. Other delayed events may find no taker, as in XState. */
  timer(id: string, { target, type }: { target: ActorId; type: unknown }): void {
    const template = this.#templates.get(target)
    if (template === undefined || typeof type !== 'string' || !type.startsWith('xstate.after.')) return
    const { machine } = template.snapshot
    if (machine === undefined || [...machine.idMap.values()].some((node) => node.transitions.has(type))) return
    this.missing.push({ kind: 'timer', actor: target, what: `timer ${id} of "${type}"` })
  }
}
