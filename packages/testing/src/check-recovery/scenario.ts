/** What an outside world does to an agent: its input, and a script of events and of waiting for what is due. */
import type { AgentDefinition } from '@refold/core'
import fc from 'fast-check'
import { acceptsEvent, acceptsInput, eventSchemasOf, inputSchemaOf } from './definition-parts.js'
import { arbitraryOf } from './json-schema-arbitrary.js'

export interface OutsideEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/** One line of the script: an event if the agent takes it then, or patience until its next timer. */
export type ScriptLine = { readonly wait: true } | { readonly event: OutsideEvent }

export interface Scenario {
  readonly input: unknown
  readonly script: readonly ScriptLine[]
}

export interface ScenarioOptions {
  readonly input?: fc.Arbitrary<unknown>
  /** Payloads by event type, where the schema does not say enough. */
  readonly events?: Readonly<Record<string, fc.Arbitrary<object>>>
  readonly maxEvents: number
}

/** Scenarios from the definition's own schemas. */
export function scenarios(definition: AgentDefinition, options: ScenarioOptions): fc.Arbitrary<Scenario> {
  return fc.record({
    input: inputs(definition, options),
    script: fc.array(lines(definition, options), { maxLength: options.maxEvents }),
  })
}

function inputs(definition: AgentDefinition, { input }: ScenarioOptions): fc.Arbitrary<unknown> {
  const schema = inputSchemaOf(definition)
  const values = input ?? (schema === undefined ? fc.constant(undefined) : arbitraryOf(schema))
  return values.filter((value) => acceptsInput(definition, value))
}

function lines(definition: AgentDefinition, { events = {} }: ScenarioOptions): fc.Arbitrary<ScriptLine> {
  const arbitraries: fc.Arbitrary<ScriptLine>[] = [fc.constant({ wait: true as const })]
  for (const [type, schema] of eventSchemasOf(definition)) {
    const payload =
      events[type] ?? (schema === undefined ? fc.constant({}) : (arbitraryOf(schema) as fc.Arbitrary<object>))
    const event = payload
      .map((value): OutsideEvent => ({ type, ...value }))
      .filter((made) => acceptsEvent(definition, made))
    arbitraries.push(event.map((made) => ({ event: made })))
  }
  return fc.oneof(...arbitraries)
}
