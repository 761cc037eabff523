/** What the step asks of a machine. */
import type { AnyStateMachine } from 'xstate'
import { isMachine as isXStateMachine } from '../../definition/logic-kind.js'
import { answeringGuards, notingActions } from './named-actions.js'
import type { MachineShape, SnapshotShape } from './shapes.js'

/** Microsteps that one macrostep may take. A chart can set a lower number of its own (`options.maxIterations`). */
const MAX_MICROSTEPS = 5_000

const derived = new WeakMap<object, MachineShape>()

/**
 * The machine with a frozen copy of its context literal, so that what the user writes to it later, or an agent at its start, changes
 * no agent, with a bound on the microsteps, and with actions that note what they throw. It delegates to the machine itself: no
 * `provide()`, which costs up to a millisecond.
 */
export function boundedMachine(machine: AnyStateMachine | MachineShape): MachineShape {
  const known = derived.get(machine)
  if (known !== undefined) return known
  const own = machine as MachineShape
  const { context } = own.config
  const config =
    typeof context === 'object' && context !== null ? { ...own.config, context: copyLiteral(context) } : own.config
  const options = { ...own.options, maxIterations: Math.min(own.options?.maxIterations ?? Infinity, MAX_MICROSTEPS) }
  const { actions, guards } = own.implementations
  const implementations = { ...own.implementations, actions: notingActions(actions), guards: answeringGuards(guards) }
  const made = Object.create(machine, {
    config: { value: config },
    options: { value: options },
    implementations: { value: implementations },
  }) as MachineShape
  derived.set(machine, made)
  derived.set(made, made)
  return made
}

/** The first snapshot, by the class's own method: the one on the instance is bound to the machine that was given. */
export function initialSnapshot(machine: MachineShape, scope: object, input: unknown): SnapshotShape {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf(machine)) as MachineShape
  return prototype.getInitialSnapshot.call(machine, scope as never, input)
}

/** Whether XState gave up because of a bound on microsteps that the chart did not set itself. */
export function hitOurBound(machine: MachineShape | undefined, error: unknown): boolean {
  return machine?.options.maxIterations === MAX_MICROSTEPS && isLoopError(error)
}

export function isLoopError(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Infinite loop detected')
}

/** The name in XState's message about a guard that threw; inline guards have none. */
export function guardNamedIn(error: Error): string | undefined {
  return /^Unable to evaluate guard '(.+?)' in transition for event /s.exec(error.message)?.[1]
}

/** As the definition asks, with the members that the step touches. */
export const isMachine = isXStateMachine as unknown as (logic: unknown) => logic is MachineShape

function copyLiteral(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(copyLiteral))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyLiteral(member)])))
}
