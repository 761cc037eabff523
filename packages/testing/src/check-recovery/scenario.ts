/** What the world does to an agent: its input, and a script of events, of what its streams say, and of waiting for what is due. */
import type { AgentDefinition } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import type { DefinitionDescription } from '@refold/core/definition'
import fc from 'fast-check'
import { streamsOf } from './checked-streams.js'
import { arbitraryOf } from './json-schema-arbitrary.js'

/** An event that the check sends, as a caller of `send` would. */
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

/** One generated run: how the agent is started, and what happens to it, line by line. */
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
  const description = describeDefinition(definition)
  return fc.record({
    input: inputs(description, options),
    script: fc.array(lines(description, options), { maxLength: options.maxEvents }),
  })
}

function inputs(
  { inputSchema, acceptsInput }: DefinitionDescription,
  { input }: ScenarioOptions,
): fc.Arbitrary<unknown> {
  const values = input ?? (inputSchema === undefined ? fc.constant(undefined) : arbitraryOf(inputSchema))
  return values.filter(acceptsInput)
}

function lines(description: DefinitionDescription, options: ScenarioOptions): fc.Arbitrary<ScriptLine> {
  const events = outsideEvents(description, options)
  return fc.oneof(
    fc.constant({ wait: true as const }),
    ...events.map((event) => event.map((made) => ({ event: made }))),
    ...streamLines(description, { ...options, known: events }),
  )
}

function outsideEvents(
  { eventSchemas, acceptsEvent }: DefinitionDescription,
  { events = {} }: ScenarioOptions,
): readonly fc.Arbitrary<OutsideEvent>[] {
  const arbitraries: fc.Arbitrary<OutsideEvent>[] = []
  for (const [type, schema] of eventSchemas) {
    const payload =
      events[type] ?? (schema === undefined ? fc.constant({}) : (arbitraryOf(schema) as fc.Arbitrary<object>))
    arbitraries.push(payload.map((value): OutsideEvent => ({ type, ...value })).filter(acceptsEvent))
  }
  return arbitraries
}

/**
 * What is not said in the options is known only of streams of events in the agent itself: they may send it whatever
 * events the definition describes. The events of a child, and an observable's values, have types that no one can see.
 */
function streamLines(
  description: DefinitionDescription,
  { streams = {}, known }: ScenarioOptions & { readonly known: readonly fc.Arbitrary<OutsideEvent>[] },
): readonly fc.Arbitrary<ScriptLine>[] {
  const kinds = streamsOf(description)
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
