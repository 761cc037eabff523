/**
 * Makes spans of shapes, with whatever provider there is.
 *
 * Invariant: a parent or a link is given only when its ids are those that a provider has used, or will use.
 */
import { isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import type { Link, SpanContext, Tracer } from '@opentelemetry/api'
import { RecordIds } from './record-ids.js'
import type { Place, ShapeKind, ShapeLink, SpanShape } from './span-shape.js'

const KINDS = {
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<ShapeKind, SpanKind>

/** Spans whose ids are remembered where the provider chooses them. */
const MOST_REMEMBERED = 10_000

export class SpanMaker {
  readonly #tracer: () => Tracer
  readonly #ids: RecordIds
  /** Giving a generator says that the provider takes its ids from it: so it is, until a span shows otherwise. */
  #isTrusted: boolean
  /** By the span id of its shape. */
  readonly #made = new Map<string, SpanContext>()

  /** `ids`: those of the provider, if it makes them so. */
  constructor(tracer: () => Tracer, ids: RecordIds | undefined) {
    this.#tracer = tracer
    this.#ids = ids ?? new RecordIds()
    this.#isTrusted = ids !== undefined
  }

  make(shape: SpanShape): void {
    const { name, kind, startMs, endMs, attributes, links, error, parent } = shape
    const within = parent === undefined ? undefined : this.#contextOf(parent, shape)
    const context = within === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, within)
    const options = {
      kind: KINDS[kind],
      startTime: new Date(startMs),
      attributes,
      links: links.flatMap((link) => this.#linkOf(link)),
      root: within === undefined,
    }
    const span = this.#ids.giving(shape, () => this.#tracer().startSpan(name, options, context))
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    span.end(new Date(endMs))
    if (this.#ids.isAsked) return
    const made = span.spanContext()
    if (isSpanContextValid(made)) this.#isTrusted = false // by a provider, which has not asked
    this.#remember(shape, made)
  }

  #linkOf({ why, ...place }: ShapeLink): readonly Link[] {
    const context = why === 'caller' ? remote(place) : this.#contextOf(place)
    return context === undefined ? [] : [{ context, attributes: { 'refold.link': why } }]
  }

  /** `undefined`: no one knows its ids. */
  #contextOf(place: Place, child?: SpanShape): SpanContext | undefined {
    const isOfCaller = child?.kind === 'producer'
    return this.#ids.isAsked || this.#isTrusted || isOfCaller ? remote(place) : this.#made.get(place.spanId)
  }

  #remember({ spanId }: Place, context: SpanContext): void {
    this.#made.set(spanId, context)
    if (this.#made.size <= MOST_REMEMBERED) return
    const [oldest] = this.#made.keys()
    if (oldest !== undefined) this.#made.delete(oldest)
  }
}

function remote({ traceId, spanId }: Place): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true }
}
