/** What the world does to an agent: its input, and a script of events, of what its streams say, and of waiting for what is due. */
import type { AgentDefinition } from '@refold/core'
import fc from 'fast-check'
import { acceptsEvent, acceptsInput, eventSchemasOf, inputSchemaOf, streamsOf } from './definition-parts.js'
import { arbitraryOf } from './json-schema-arbitrary.js'

export interface OutsideEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/** One line of the script: an event if the agent takes it then, what a stream says if it runs then, or patience until the next timer. */
export type ScriptLine =
  | { readonly wait: true }
  | { readonly event: OutsideEvent }
  /** `from`: the source of a callback or an observable. */
  | { readonly from: string; readonly says: unknown }

export interface Scenario {
  readonly input: unknown
  readonly script: readonly ScriptLine[]
}

export interface ScenarioOptions {
  readonly input?: fc.Arbitrary<unknown>
  /** Payloads by event type, where the schema does not say enough. */
  readonly events?: Readonly<Record<string, fc.Arbitrary<object>>>
  /** What callbacks and observables say, by source. */
  readonly streams?: Readonly<Record<string, fc.Arbitrary<unknown>>>
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

function lines(definition: AgentDefinition, options: ScenarioOptions): fc.Arbitrary<ScriptLine> {
  const events = outsideEvents(definition, options)
  return fc.oneof(
    fc.constant({ wait: true as const }),
    ...events.map((event) => event.map((made) => ({ event: made }))),
    ...streamLines(definition, { ...options, known: events }),
  )
}

function outsideEvents(
  definition: AgentDefinition,
  { events = {} }: ScenarioOptions,
): readonly fc.Arbitrary<OutsideEvent>[] {
  const arbitraries: fc.Arbitrary<OutsideEvent>[] = []
  for (const [type, schema] of eventSchemasOf(definition)) {
    const payload =
      events[type] ?? (schema === undefined ? fc.constant({}) : (arbitraryOf(schema) as fc.Arbitrary<object>))
    const event = payload
      .map((value): OutsideEvent => ({ type, ...value }))
      .filter((made) => acceptsEvent(definition, made))
    arbitraries.push(event)
  }
  return arbitraries
}

/**
 * What is not said in the options is known only of streams of events in the agent itself: they may send it whatever
 * events the definition describes. The events of a child, and an observable's values, have types that no one can see.
 */
function streamLines(
  definition: AgentDefinition,
  { streams = {}, known }: ScenarioOptions & { readonly known: readonly fc.Arbitrary<OutsideEvent>[] },
): readonly fc.Arbitrary<ScriptLine>[] {
  const kinds = streamsOf(definition)
  const stranger = Object.keys(streams).find((src) => !kinds.has(src))
  if (stranger !== undefined)
    throw new TypeError(
      `streams.${stranger} names no callback or observable; there are: ${[...kinds.keys()].join(', ')}`,
    )
  return [...kinds].flatMap(([from, kind]) => {
    const own = kind === 'events' && !from.includes('.') && known.length > 0 ? fc.oneof(...known) : undefined
    const said = streams[from] ?? own
    return said === undefined ? [] : [said.map((says) => ({ from, says }))]
  })
}
