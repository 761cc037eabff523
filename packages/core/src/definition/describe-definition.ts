/** A definition as data, for tools that test agents or show them. */
import { readable } from './refusal.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import type { AgentDefinition } from './agent-types.js'
import { internalsOf } from './define-agent.js'
import type { EffectPolicy } from './internals.js'
import { inlineEffects, namedEffects } from './named-effects.js'
import type { EffectKind } from './named-effects.js'

/** One effect of a definition. */
export interface EffectDescription {
  readonly kind: EffectKind
  /** What its policy says of an attempt that a crash has interrupted. */
  readonly safety: EffectPolicy['safety']
}

/** What a definition takes, and the effects it has. */
export interface DefinitionDescription {
  /** As in the headers of records and in the state: changes when the chart does. */
  readonly fingerprint: string
  /** The machine as data, with the schemas that were given: what `chart.schema.json` of the specification describes. */
  readonly chart: JsonValue
  /** JSON Schema of what `start` takes; `{}` where JSON Schema cannot say it. `undefined`: no schema was given. */
  readonly inputSchema: JsonObject | undefined
  /** Every event type that may come from outside, with the JSON Schema of its payload (without `type`), if one was given. */
  readonly eventSchemas: ReadonlyMap<string, JsonObject | undefined>
  /** By source: `draft`, or `child.charge` in a child machine. */
  readonly effects: ReadonlyMap<string, EffectDescription>
  /** Effects whose logic stands inline in an `invoke`, under XState's names for them: `withEffects` does not reach them. */
  readonly inlineEffects: readonly string[]
  /** Whether `start` takes this input: the schema and its refinements pass, and it can be stored. */
  readonly acceptsInput: (input: unknown) => boolean
  /** Whether this event may come from outside, in some state: its type, the schema and its refinements pass. */
  readonly acceptsEvent: (event: unknown) => boolean
}

/** Runs nothing of the agent. Throws `INVALID_DEFINITION` for what `defineAgent` did not make. */
export function describeDefinition(definition: AgentDefinition): DefinitionDescription {
  const { machine, fingerprint, chart, parseInput, parseEvent, isOutsideEvent, policyOf } = readable('definition', () =>
    internalsOf(definition),
  )
  const { input, events } = schemasIn(chart)
  const unchecked = machine.events.filter((type) => isOutsideEvent(type) && !type.includes('*'))
  const effects = [...namedEffects(machine)].map(
    ([src, kind]) => [src, { kind, safety: policyOf(src).safety }] as const,
  )
  return {
    fingerprint,
    chart,
    inputSchema: input,
    eventSchemas: new Map(events === undefined ? unchecked.map((type) => [type, undefined]) : Object.entries(events)),
    effects: new Map(effects),
    inlineEffects: inlineEffects(machine),
    acceptsInput: (value) => passes(() => parseInput(value)),
    acceptsEvent: (event) => passes(() => parseEvent(event)),
  }
}

/** As `schemasAsJson` wrote them into the chart. */
interface Schemas {
  readonly input?: JsonObject
  readonly events?: Readonly<Record<string, JsonObject>>
}

function schemasIn(chart: JsonValue): Schemas {
  return (chart as { readonly schemas?: Schemas }).schemas ?? {}
}

function passes(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch {
    return false
  }
}
