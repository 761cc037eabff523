/** The state of an agent for its readers, from documents alone; what only the chart knows (tags, meta) with the machine. */
import { matchesState } from 'xstate'
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { activeStates } from '../record/active-states.js'
import type { AgentStatus } from '../record/record.js'
import type { ActorDocument } from '../record/state-document.js'
import { templateOf } from './configurations.js'
import type { Template } from './configurations.js'
import { freezeState } from './normalize.js'
import { boundedMachine } from './xstate/machine.js'

/** The root machine's state, in XState's words. `tags` and `meta` throw `NEEDS_MIGRATION` if today's chart lacks the state. */
export interface StateView {
  readonly status: AgentStatus
  readonly value: JsonValue
  readonly context: JsonValue
  readonly output: JsonValue | undefined
  readonly error: JsonValue | undefined
  /** Paths of the active leaf states: `review`, `work.draft`. */
  readonly active: readonly string[]
  readonly tags: ReadonlySet<string>
  /** By node id. */
  readonly meta: Readonly<Record<string, unknown>>
  /** XState's rule: a path (`'work.draft'`), or a partial value (`{ work: 'draft' }`). */
  matches(partial: unknown): boolean
  hasTag(tag: string): boolean
  /** XState's own snapshot of the state, without children. */
  snapshot(): AnyMachineSnapshot
}

/** References to actors stand as `null` in `context`. Deep-frozen. */
export function viewState(root: ActorDocument, machine: AnyStateMachine): StateView {
  let template: Template | undefined
  const found = (): Template => (template ??= templateFor(root, machine))
  const value = root.value ?? {}
  return {
    status: root.status ?? 'active',
    value,
    context: freezeState(root.context ?? {}),
    output: freezeState(root.output),
    error: freezeState(root.error),
    get active() {
      return activeStates(root)
    },
    get tags() {
      return found().snapshot.tags ?? new Set<string>()
    },
    get meta() {
      return Object.fromEntries(
        found().activeNodes.flatMap((node) => (node.meta === undefined ? [] : [[node.id, node.meta]])),
      )
    },
    matches: (partial) => matchesState(partial as string, value as string),
    hasTag: (tag) => found().snapshot.tags?.has(tag) === true,
    snapshot: () => snapshotOf(root, { machine, template: found() }),
  }
}

function snapshotOf(
  root: ActorDocument,
  { machine, template }: { readonly machine: AnyStateMachine; readonly template: Template },
): AnyMachineSnapshot {
  const { idMap } = boundedMachine(machine)
  const { context = {}, status = 'active', output, error, history = {} } = root
  const nodesOf = (ids: readonly string[]): AnyStateNode[] =>
    ids.map((id) => idMap.get(id)).filter((node) => node !== undefined) as unknown as AnyStateNode[]
  return machine.resolveState({
    value: template.value as never, // what `resolveState` gave for it
    context: freezeState(context),
    status,
    output: freezeState(output),
    error: freezeState(error),
    historyValue: Object.fromEntries(Object.entries(history).map(([id, ids]) => [id, nodesOf(ids)])),
  })
}

function templateFor(root: ActorDocument, machine: AnyStateMachine): Template {
  const template = templateOf(boundedMachine(machine), root)
  if (template !== undefined) return template
  const hint = 'Register the version that the agent was started with, or migrate the agent.'
  throw new RefoldError('NEEDS_MIGRATION', `today's chart has no state ${JSON.stringify(root.value)}`, {
    hint,
    facts: { value: root.value },
  })
}
