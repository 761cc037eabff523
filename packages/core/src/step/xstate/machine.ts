/** What the step asks of a machine. */
import type { AnyStateMachine } from 'xstate'
import { acceptedAs } from '../../json/accepted.js'
import { isPlain, MAX_DEPTH } from '../../json/plain.js'
import { isMachine as isXStateMachine } from '../../definition/logic-kind.js'
import { answeringGuards, notingActions } from './named-actions.js'
import type { MachineShape, SnapshotShape } from './shapes.js'

/** Microsteps that one macrostep may take. A chart can set a lower number of its own (`options.maxIterations`). */
const MAX_MICROSTEPS = 5_000

const derived = new WeakMap<object, MachineShape>()

/**
 * The machine with a frozen copy of its context literal, or of what its context function gives, so that what the user writes to it later, or an
 * agent at its start, changes no agent, with a bound on the microsteps, and with actions that note what they throw. It delegates to the machine itself: no
 * `provide()`, which costs up to a millisecond.
 */
export function boundedMachine(machine: AnyStateMachine | MachineShape): MachineShape {
  const known = derived.get(machine)
  if (known !== undefined) return known
  const own = machine as MachineShape
  const config = { ...own.config, context: frozenContext(own.config.context) }
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

/** What the function gives may hold what all agents share, and the first step may write to it before it is stored. */
function frozenContext(context: unknown): unknown {
  if (typeof context !== 'function') return frozenCopy(context)
  return (...args: readonly unknown[]): unknown => frozenCopy(Reflect.apply(context, undefined, args))
}

/** What is no data, or throws while it is read, is left as it is: it is refused where the step is stored, with its path. */
function frozenCopy(value: unknown): unknown {
  try {
    return copied(value, new Map(), 0)
  } catch {
    return value
  }
}

/** What is frozen JSON of ours already, and what is no plain data, stays as it is. */
function copied(value: unknown, copies: Map<object, unknown>, depth: number): unknown {
  if (typeof value !== 'object' || value === null || acceptedAs(value) !== undefined || !isPlain(value)) return value
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  const known = copies.get(value)
  if (known !== undefined) return known
  const below = (member: unknown): unknown => copied(member, copies, depth + 1)
  const copy = Array.isArray(value) ? value.map(below) : withMembers({ ...value }, below)
  copies.set(value, copy)
  return Object.freeze(copy)
}

function withMembers(copy: Record<string, unknown>, of: (member: unknown) => unknown): object {
  for (const key of Object.keys(copy)) if (typeof copy[key] === 'object') copy[key] = of(copy[key])
  return copy
}
