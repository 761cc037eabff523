/** What the world does to an agent: its input, and a script of events, of what its streams say, and of waiting for what is due. */
import type { DefinitionDescription } from '@refold/core/definition'
import fc from 'fast-check'
import type { Cast } from './cast.js'
import { fitting, fromSchema } from './fitting.js'
import { arbitraryOf } from './json-schema-arbitrary.js'
import { routesOf } from './routes.js'
import type { Route } from './routes.js'

/** An event that the check sends, as a caller of `send` would. */
export interface OutsideEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/**
 * One line of the script: an event if the agent takes it then, what a stream says if it runs then, patience until the next timer, or a
 * cancellation, which gives the chart a day to end by itself. With `meanwhile` it comes while effects are under way, else after all of them.
 */
export type ScriptLine =
  | { readonly wait: true; readonly meanwhile?: true }
  | { readonly event: OutsideEvent; readonly meanwhile?: true }
  | { readonly cancel: true; readonly meanwhile?: true }
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

/** Of four scripts, so many begin with a way along the chart. */
const ALONG = 3

/** Scenarios from the checked definition's own schemas, and along its chart. */
export function scenarios(cast: Cast, options: ScenarioOptions): fc.Arbitrary<Scenario> {
  const { description } = cast.checked
  const { maxEvents: maxLength } = options
  const events = outsideEvents(description, options)
  const line = lines(cast, { ...options, known: events })
  const ways = routesOf(description.chart, [...events.keys()])
    .filter(({ length }) => length <= maxLength)
    .map((route) => ({ weight: route.length, arbitrary: along(route, { events, line, maxLength }) }))
  const any = { weight: 1, arbitrary: fc.array(line, { maxLength }) }
  return fc.record({
    input: inputs(description, options),
    script: ways.length === 0 ? any.arbitrary : fc.oneof({ weight: ALONG, arbitrary: fc.oneof(...ways) }, any),
  })
}

interface Along {
  readonly events: Events
  readonly line: fc.Arbitrary<ScriptLine>
  readonly maxLength: number
}

/** The whole way, mostly, and then anything; a smaller script is a part of the way. What may come too late comes early, mostly. */
function along(route: Route, { events, line, maxLength }: Along): fc.Arbitrary<readonly ScriptLine[]> {
  const way = fc.tuple(
    ...route.map((point): fc.Arbitrary<ScriptLine> => {
      const event = 'event' in point ? events.get(point.event) : undefined
      const line = event === undefined ? fc.constant({ wait: true } as const) : event.map((made) => ({ event: made }))
      return point.meanwhile === true ? meanwhile(line, { most: true }) : line
    }),
  )
  const reach = fc.nat(4 * route.length)
  const rest = fc.array(line, { maxLength: maxLength - route.length })
  return fc
    .tuple(reach, way, rest)
    .map(([length, head, tail]) => (length < head.length ? head.slice(0, length) : [...head, ...tail]))
}

/** Some, or most, come while effects are under way. */
function meanwhile(
  line: fc.Arbitrary<ScriptLine>,
  { most = false }: { readonly most?: boolean } = {},
): fc.Arbitrary<ScriptLine> {
  const [later, early] = most ? [1, 3] : [3, 1]
  return fc.oneof(
    { weight: later, arbitrary: line },
    { weight: early, arbitrary: line.map((one): ScriptLine => ({ ...one, meanwhile: true })) },
  )
}

function inputs(
  { inputSchema, acceptsInput }: DefinitionDescription,
  { input }: ScenarioOptions,
): fc.Arbitrary<unknown> {
  const values =
    input ?? (inputSchema === undefined ? fc.constant(undefined) : fromSchema('input', () => arbitraryOf(inputSchema)))
  return fitting(values, { accepts: acceptsInput, path: 'input', isGiven: input !== undefined })
}

/** By type. */
type Events = ReadonlyMap<string, fc.Arbitrary<OutsideEvent>>

function lines(cast: Cast, options: ScenarioOptions & { readonly known: Events }): fc.Arbitrary<ScriptLine> {
  const lines: readonly fc.Arbitrary<ScriptLine>[] = [
    fc.constant({ wait: true as const }),
    ...[...options.known.values()].map((event) => event.map((made) => ({ event: made }))),
    ...(handlesCancel(cast.checked.description) ? [fc.constant({ cancel: true as const })] : []),
  ]
  const hasEffects = cast.sources('call').length > 0
  return fc.oneof(...(hasEffects ? lines.map((one) => meanwhile(one)) : lines), ...streamLines(cast, options))
}

/** One that does not is stopped at once, at any place: there is no code in it that could be wrong. */
function handlesCancel({ chart }: DefinitionDescription): boolean {
  const { edges = [] } = chart as { readonly edges?: readonly { readonly event?: string }[] }
  return edges.some(({ event }) => event === 'refold.cancel')
}

function outsideEvents(
  { eventSchemas, acceptsEvent }: DefinitionDescription,
  { events = {} }: ScenarioOptions,
): Events {
  const arbitraries = new Map<string, fc.Arbitrary<OutsideEvent>>()
  for (const [type, schema] of eventSchemas) {
    const path = `events.${type}`
    const payload =
      events[type] ?? (schema === undefined ? fc.constant({}) : fromSchema(path, () => arbitraryOf(schema)))
    const event = payload.map((value) => Object.assign({ type }, value, { type }) as OutsideEvent)
    arbitraries.set(type, fitting(event, { accepts: acceptsEvent, path, isGiven: events[type] !== undefined }))
  }
  return arbitraries
}

/**
 * What is not said in the options is known only of streams of events in the agent itself: they may send it whatever
 * events the definition describes. The events of a child and of another agent, and an observable's values, have types that no one can see.
 */
function streamLines(
  cast: Cast,
  { streams = {}, known }: ScenarioOptions & { readonly known: Events },
): readonly fc.Arbitrary<ScriptLine>[] {
  const { effects } = cast.checked.description
  return cast.sources('stream').flatMap((from) => {
    const isOwn = effects.get(from)?.kind === 'events' && !from.includes('.') && known.size > 0
    const said = streams[from] ?? (isOwn ? fc.oneof(...known.values()) : undefined)
    return said === undefined ? [] : [said.map((says) => ({ from, says }))]
  })
}
