/** `defineAgent`: a machine becomes an agent definition. Everything that could go wrong later because of it is refused here. */
import type { AnyStateMachine } from 'xstate'
import type { AgentConfig } from './agent-config.js'
import type { ApprovalPayloads } from './approval-types.js'
import type { AgentDefinition, AgentTypes } from './agent-types.js'
import { chartOf } from './chart.js'
import { schemasAsJson } from './chart-schemas.js'
import { checkKeys, checkName, checkVersion, readDedup } from './check-config.js'
import { checkSchema } from './check-schema.js'
import { fingerprintOf } from './fingerprint.js'
import type { DefinitionInternals } from './internals.js'
import { isMachine } from './logic-kind.js'
import type { EffectMap, MachineTypes, Shown } from './machine-types.js'
import { isReservedType, parseEvent, parseInput } from './outside-values.js'
import { readApprovals } from './read-approvals.js'
import { readEffects, readOutputs } from './read-effects.js'
import { readDeferred, readEvents } from './read-events.js'
import { invalidDefinition, readable, requireValid } from './refusal.js'
import { refuseUnsupported } from './refuse.js'
import type { OutsideEvent, Schema, SchemaInput, SentEvent } from './schema-agreement.js'

/** `Symbol.for`: the runtime may come from another copy of this package. */
const INTERNALS = Symbol.for('refold.definition')
const KEYS = ['name', 'version', 'machine', 'input', 'events', 'effects', 'approvals', 'dedup'] as const

/**
 * Makes a definition of a plain XState machine. Throws `INVALID_DEFINITION`, with the place in `facts.path`, for whatever
 * could not be made durable.
 */
export function defineAgent<
  const N extends string,
  M extends AnyStateMachine,
  S extends Record<string, unknown> = Record<string, never>,
  I extends Schema = never,
  P extends ApprovalPayloads<OutsideEvent<MachineTypes<M>['event'], S>> = {},
>(
  agent: AgentConfig<N, M, S, I, P>,
): AgentDefinition<
  N,
  {
    input: [I] extends [never] ? MachineTypes<M>['input'] : SchemaInput<I>
    context: MachineTypes<M>['context']
    children: MachineTypes<M>['children']
    value: MachineTypes<M>['value']
    tag: MachineTypes<M>['tag']
    event: SentEvent<MachineTypes<M>['event'], S>
    taken: OutsideEvent<MachineTypes<M>['event'], S>
    output: MachineTypes<M>['output']
    emitted: MachineTypes<M>['emitted']
    effects: Shown<EffectMap<MachineTypes<M>['actor']>>
    approvals: P
  }
> {
  return definitionOf(readable('definition', () => readConfig(agent)))
}

/** A definition that carries these. */
export function definitionOf<N extends string, T extends AgentTypes>(
  internals: DefinitionInternals,
): AgentDefinition<N, T> {
  const { name, version, machine } = internals
  const definition = { name: name as N, version, machine }
  Object.defineProperty(definition, INTERNALS, { value: internals })
  return Object.freeze(definition)
}

/** What the rest of Refold knows of a definition. Throws `INVALID_DEFINITION` for anything that `defineAgent` did not make. */
export function internalsOf(definition: AgentDefinition): DefinitionInternals {
  const { [INTERNALS]: internals } = Object(definition) as { readonly [INTERNALS]?: DefinitionInternals }
  if (internals !== undefined) return internals
  throw invalidDefinition({
    path: 'definition',
    problem: 'was not made by defineAgent',
    hint: 'Pass what defineAgent returned, not a copy of it.',
  })
}

function readConfig(config: unknown): DefinitionInternals {
  checkKeys(config, { path: '', known: KEYS })
  const { name, version, machine, input } = config
  checkName(name)
  checkVersion(version)
  requireValid(isMachine(machine), {
    path: 'machine',
    problem: 'is not an XState machine',
    hint: 'setup({ … }).createMachine({ … })',
  })
  refuseUnsupported(machine)
  if (input !== undefined) checkSchema(input, { path: 'input' })
  const events = readEvents(config['events'], machine)
  const isOutsideEvent = (type: string): boolean => (events === undefined ? !isReservedType(type) : events.has(type))
  const approvals = readApprovals(config['approvals'], { isOutsideEvent, taken: machine.events.map(String) })
  const policyOf = readEffects(config['effects'], machine)
  const outputs = readOutputs(config['effects'], machine)
  const deferred = readDeferred(config['events'], approvals)
  const ofEvents = {
    ...(deferred.size === 0 ? undefined : { deferred: [...deferred] }),
    ...(approvals.size === 0 ? undefined : { approvals: [...approvals.keys()].toSorted() }),
  }
  const chart = { ...chartOf(machine), ...schemasAsJson({ input, events, outputs }), ...ofEvents }
  return {
    name,
    version,
    machine,
    fingerprint: fingerprintOf(chart),
    chart,
    hasSecrets: 'secrets' in chart,
    parseInput: (value) => parseInput(value, input),
    parseEvent: (event) => parseEvent(event, events),
    schemaOf: (type) => events?.get(type),
    isOutsideEvent,
    deferred,
    approvals,
    policyOf,
    dedup: readDedup(config['dedup']),
  }
}
