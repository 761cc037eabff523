/** What the world does to an agent: its input, and a script of events, of what its streams say, and of waiting for what is due. */
import type { DefinitionDescription } from '@refold/core/definition'
import fc from 'fast-check'
import type { Cast } from './cast.js'
import { arbitraryOf } from './json-schema-arbitrary.js'

/** An event that the check sends, as a caller of `send` would. */
export interface OutsideEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/**
 * One line of the script: an event if the agent takes it then, what a stream says if it runs then, patience until the next timer, or a
 * cancellation, which gives the chart a day to end by itself.
 */
export type ScriptLine =
  | { readonly wait: true }
  | { readonly event: OutsideEvent }
  | { readonly cancel: true }
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

/** Scenarios from the checked definition's own schemas. */
export function scenarios(cast: Cast, options: ScenarioOptions): fc.Arbitrary<Scenario> {
  return fc.record({
    input: inputs(cast.checked.description, options),
    script: fc.array(lines(cast, options), { maxLength: options.maxEvents }),
  })
}

function inputs(
  { inputSchema, acceptsInput }: DefinitionDescription,
  { input }: ScenarioOptions,
): fc.Arbitrary<unknown> {
  const values = input ?? (inputSchema === undefined ? fc.constant(undefined) : arbitraryOf(inputSchema))
  return values.filter(acceptsInput)
}

function lines(cast: Cast, options: ScenarioOptions): fc.Arbitrary<ScriptLine> {
  const events = outsideEvents(cast.checked.description, options)
  return fc.oneof(
    fc.constant({ wait: true as const }),
    ...events.map((event) => event.map((made) => ({ event: made }))),
    ...(handlesCancel(cast.checked.description) ? [fc.constant({ cancel: true as const })] : []),
    ...streamLines(cast, { ...options, known: events }),
  )
}

/** One that does not is stopped at once, at any place: there is no code in it that could be wrong. */
function handlesCancel({ chart }: DefinitionDescription): boolean {
  const { edges = [] } = chart as { readonly edges?: readonly { readonly event?: string }[] }
  return edges.some(({ event }) => event === 'refold.cancel')
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
 * events the definition describes. The events of a child and of another agent, and an observable's values, have types that no one can see.
 */
function streamLines(
  cast: Cast,
  { streams = {}, known }: ScenarioOptions & { readonly known: readonly fc.Arbitrary<OutsideEvent>[] },
): readonly fc.Arbitrary<ScriptLine>[] {
  const { effects } = cast.checked.description
  return cast.sources('stream').flatMap((from) => {
    const isOwn = effects.get(from)?.kind === 'events' && !from.includes('.') && known.length > 0
    const said = streams[from] ?? (isOwn ? fc.oneof(...known) : undefined)
    return said === undefined ? [] : [said.map((says) => ({ from, says }))]
  })
}
