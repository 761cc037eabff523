/** Whether today's chart can receive what an agent's documents hold. Builds no actors. */
import type { DefinitionInternals } from '../definition/internals.js'
import { kindOfLogic } from '../definition/logic-kind.js'
import type {
  ActorDocument,
  ActorId,
  DecidingLibrary,
  StateDocument,
  TimerDocument,
  UnlistedActor,
} from '../record/state-document.js'
import { nodeOf } from '../record/asking-node.js'
import { afterNodeOf, delaysOf } from './after-timers.js'
import { amongOf, invocationOf, takesOutcome } from './child-origin.js'
import { templateOf } from './configurations.js'
import type { Template } from './configurations.js'
import { isDecidedHere, isNewerLibrary, LIBRARY, libraryName } from './library.js'
import { isLeftNode } from './left-nodes.js'
import { logicOf } from './xstate/logic.js'
import { boundedMachine, isMachine } from './xstate/machine.js'
import type { MachineShape, NodeShape } from './xstate/shapes.js'

/** Something that has no place. */
export interface Incompatibility {
  readonly kind: 'library' | 'state' | 'history' | 'actor' | 'timer'
  readonly actor: ActorId
  /** In words: what the agent holds, and what today's chart has in its place. */
  readonly what: string
  /** A later release may know it. */
  readonly isNewer?: true
}

/** The code of an error that names them: `NEWER_FORMAT` when only a later release may decide for the agent. */
export function incompatibilityCode(missing: readonly Incompatibility[]): 'NEEDS_MIGRATION' | 'NEWER_FORMAT' {
  return missing.some(({ isNewer }) => isNewer) ? 'NEWER_FORMAT' : 'NEEDS_MIGRATION'
}

type PlacedState = Pick<StateDocument, 'root' | 'timers' | 'unlisted'>

/**
 * Nothing: every active state, actor and `after` timer has its place. `isPlaced`: what states had that the chart knows, and that
 * are not active any more, needs none, as it is ended; an actor that has ended must be one of a state that the chart knows.
 */
export function incompatibilitiesOf(
  definition: Pick<DefinitionInternals, 'machine'>,
  state: PlacedState,
  { isPlaced = false }: { readonly isPlaced?: boolean | undefined } = {},
): readonly Incompatibility[] {
  const search = new Search(isPlaced)
  search.actor(state.root, definition.machine)
  const left = Object.values(state.unlisted)
  for (let round = left.length; round > 0 && left.length > 0; round--) {
    for (const unlisted of left.splice(0)) {
      if (search.logics.has(unlisted.parent)) search.unlisted(unlisted)
      else left.push(unlisted)
    }
  }
  for (const [id, timer] of Object.entries(state.timers)) search.timer(id, timer)
  return search.missing
}

/** `missingPlaces` finds nothing. */
export function isCompatible(definition: Pick<DefinitionInternals, 'machine'>, state: PlacedState): boolean {
  return incompatibilitiesOf(definition, state).length === 0
}

class Search {
  readonly missing: Incompatibility[] = []
  readonly logics = new Map<ActorId, unknown>()
  readonly #machines = new Map<ActorId, MachineShape>()
  /** Of machines that have a place for their value. */
  readonly #templates = new Map<ActorId, Template>()
  readonly #isPlaced: boolean

  constructor(isPlaced: boolean) {
    this.#isPlaced = isPlaced
  }

  actor(document: ActorDocument, logic: unknown): void {
    const { sid, lib } = document
    this.logics.set(sid, logic)
    if (lib !== undefined && !isDecidedHere(document)) return this.#library(sid, lib)
    if (document.kind === 'machine' && isMachine(logic)) this.#machine(document, boundedMachine(logic))
    for (const [id, child] of Object.entries(document.children ?? {})) {
      const place = { id, parent: sid }
      // A unlisted actor has outlived its state: only children are looked at.
      if (!this.child(child, place) || document.status !== undefined) continue
      if (child.status === undefined) this.#wanted(child, place)
      else if (this.#isPlaced) this.#known(child, place)
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

  /** One whose name another has taken still is what its state invokes, as long as that is active: its outcome comes under the name. */
  unlisted({ id, parent, actor }: UnlistedActor): void {
    const place = { id, parent }
    if (!this.child(actor, place) || actor.status !== undefined || actor.life === 'stopped') return
    const node = nodeOf(id, actor)
    const active = this.#templates.get(parent)?.activeNodes ?? []
    if (active.some((state) => state.id === node)) this.#wanted(actor, place)
  }

  #library(actor: ActorId, lib: DecidingLibrary): void {
    const what = `actor "${actor}": ${libraryName(lib)} decides it, and this release has ${libraryName(LIBRARY)}`
    this.missing.push({ kind: 'library', actor, what, ...(isNewerLibrary(lib) ? { isNewer: true } : undefined) })
  }

  /** A child that runs must still be what its state invokes, if it was invoked, and its end still be heard, if it was when it began. */
  #wanted(child: ActorDocument, { id, parent }: { id: string; parent: ActorId }): void {
    const template = this.#templates.get(parent)
    const machine = template?.snapshot.machine
    if (template === undefined || machine === undefined) return this.#known(child, { id, parent })
    if (this.#isPlaced && isLeftNode(nodeOf(id, child), { machine, active: template.activeNodes })) return
    const { sid: actor, src, unnamed, spawned, ignoresOutcome, kind } = child
    const { activeNodes: active } = template
    const say = (what: string): void => void this.missing.push({ kind: 'actor', actor, what: `actor "${id}": ${what}` })
    const changed = spawned === true ? undefined : changedInvocation(child, { id, active })
    if (changed !== undefined) return say(changed)
    const own = { id: unnamed === true ? actor : id, src }
    if (ignoresOutcome !== true && kind !== 'callback' && !takesOutcome({ machine, active }, own))
      say('no state takes its outcome any more')
  }

  /** One that has ended stands for its invocation: under another name of its state it would begin again. */
  #known(child: ActorDocument, { id, parent }: { id: string; parent: ActorId }): void {
    const node = nodeOf(id, child)
    const machine = this.#machines.get(parent)
    if (node === undefined || machine === undefined || machine.idMap.has(node)) return
    const ended = child.status === undefined ? '' : ', which has ended'
    const what = `actor "${id}"${ended}: ${was(node, child.src)}, and there is no such state today`
    this.missing.push({ kind: 'actor', actor: child.sid, what })
  }

  #machine(document: ActorDocument, machine: MachineShape): void {
    const { sid } = document
    this.#machines.set(sid, machine)
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
  timer(id: string, { target, node, event }: TimerDocument): void {
    const machine = this.#machines.get(target)
    const { type } = event
    const active = this.#templates.get(target)?.activeNodes
    if (this.#isPlaced && active !== undefined && isLeftNode(node, { machine, active })) return
    if (machine === undefined || typeof type !== 'string' || !type.startsWith('xstate.after.')) return
    const today = afterNodeOf(machine, type)
    if (today !== undefined && (node === undefined || today.id === node)) return
    const asking = node === undefined ? undefined : machine.idMap.get(node)
    const delays = asking === undefined ? [] : delaysOf(asking)
    const now = delays.length === 0 ? '' : `, and "${node}" has delays of ${delays.join(', ')} today`
    this.missing.push({ kind: 'timer', actor: target, what: `timer ${id} of "${type}"${now}` })
  }
}

/** What an invoked child was and what today's chart has under its id; `undefined`: the same. */
function changedInvocation(
  child: ActorDocument,
  { id, active }: { id: string; active: readonly NodeShape[] },
): string | undefined {
  const { src, among = 1 } = child
  const node = nodeOf(id, child)
  const invoker = active.find((state) => state.id === node && invocationOf(state, { id, src }) !== undefined)
  if (invoker === undefined) return `${was(node, src)}, and ${invokedToday(active, id)} today`
  const today = amongOf(invoker, { id, src })
  if (today === among) return undefined
  return `it was one of ${among} unnamed "${src}" of its state, and there are ${today} today: which of them it is cannot be told`
}

function was(node: string | undefined, src: string | undefined): string {
  return `state "${node}" invoked it as "${src}"`
}

function invokedToday(active: readonly NodeShape[], id: string): string {
  const invokers = active.flatMap((state) =>
    state.invoke
      .filter((invocation) => invocation.id === id)
      .map((invocation) => `state "${state.id}" invokes "${invocation.src}" under this id`),
  )
  return invokers.length === 0 ? 'no active state invokes it' : invokers.join(', ')
}
