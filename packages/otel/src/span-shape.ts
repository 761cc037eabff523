/** A span as data, before anyone has made it: what a running process and a history have in common. */
import { spanIdOf, traceIdOf } from './span-ids.js'

/** What a span is of, as OpenTelemetry says it. */
export type ShapeKind = 'internal' | 'producer' | 'consumer'

/** Where a span stands. */
export interface Place {
  readonly traceId: string
  readonly spanId: string
}

/** Why a span points to another. */
export interface ShapeLink extends Place {
  readonly why: 'previous' | 'cause' | 'caller' | 'retry' | 'record'
}

/** A span. Times in epoch milliseconds. */
export interface SpanShape extends Place {
  readonly name: string
  readonly kind: ShapeKind
  /** Absent: the first of its trace. */
  readonly parent?: Place
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string | number>>
  readonly links: readonly ShapeLink[]
  /** What went wrong. */
  readonly error?: string
}

/** A record, as far as its span tells of it. */
export interface RecordFacts {
  readonly stream: string
  readonly id: string
  readonly revision: number
  readonly type: string
  readonly kind: string
  /** `research@3`; empty for one that is not Refold's. */
  readonly definition: string
  readonly at: number
  readonly effect?: string | undefined
  readonly src?: string | undefined
  readonly traceparent?: string | undefined
  /** Event id of the record that caused it. */
  readonly causedBy?: string | undefined
  /** Of the record before it in its stream. */
  readonly previous?: string | undefined
  /** It has blocked the agent. */
  readonly isBlocking?: boolean
  /** A caller gave it: `start`, `send`. */
  readonly isOfCaller?: boolean
}

/** `durableAt`: when it was known to be stored, if that is known. */
export function recordSpan(record: RecordFacts, durableAt = record.at): SpanShape {
  const { id, stream, type, kind, at, revision, previous, causedBy, traceparent, isBlocking, isOfCaller } = record
  const [definition, version] = definitionOf(record)
  return {
    ...placeOfRecord(id),
    name: `${definition} ${type}`,
    kind: isOfCaller === true || kind === 'message' ? 'consumer' : 'internal',
    startMs: at,
    endMs: Math.max(at, durableAt),
    attributes: {
      ...agentAttributes(stream, definition),
      ...(version === undefined ? undefined : { 'refold.definition.version': version }),
      'refold.record.id': id,
      'refold.record.type': type,
      'refold.record.kind': kind,
      'refold.revision': revision,
      ...effectAttributes(record),
    },
    links: [
      ...(previous === undefined ? [] : [{ ...placeOfRecord(previous), why: 'previous' as const }]),
      ...(causedBy === undefined ? [] : [{ ...placeOfRecord(causedBy), why: 'cause' as const }]),
      ...callerLink(traceparent),
    ],
    ...(isBlocking === true ? { error: 'the agent is blocked' } : undefined),
  }
}

/** In the trace of the one who sent it; `undefined` where there is none. */
export function sendSpan(record: RecordFacts, durableAt: number): SpanShape | undefined {
  const { id, stream, type, at, traceparent, isOfCaller } = record
  const [caller] = callerLink(traceparent)
  if (isOfCaller !== true || caller === undefined) return undefined
  const { traceId, spanId } = caller
  return {
    traceId,
    spanId: spanIdOf(id, 'send'),
    parent: { traceId, spanId },
    name: `send ${type}`,
    kind: 'producer',
    startMs: at,
    endMs: Math.max(at, durableAt),
    attributes: { ...agentAttributes(stream, definitionOf(record)[0]), 'refold.record.id': id },
    links: [{ ...placeOfRecord(id), why: 'record' }],
  }
}

/** An attempt, as far as its span tells of it. */
export interface AttemptFacts {
  readonly stream: string
  readonly definition: string
  readonly effect: string
  readonly src: string
  readonly attempt: number
  readonly outcome: string
  readonly beganAt: number
  readonly durationMs: number
  /** Event id of the record that asked for the effect. */
  readonly scheduledBy: string
  readonly traceparent?: string | undefined
  readonly error?: unknown
  readonly usage?:
    | { readonly inputTokens?: number; readonly outputTokens?: number; readonly costUsd?: number }
    | undefined
}

/** Longer ones are shown as an instant. */
const LONGEST_SPAN_MS = 3_600_000

export function attemptSpan(facts: AttemptFacts): SpanShape {
  const { stream, definition, effect, src, attempt, outcome, beganAt, durationMs, scheduledBy, error } = facts
  const endMs = beganAt + durationMs
  const isLong = durationMs > LONGEST_SPAN_MS
  const problem = error === undefined ? undefined : errorText(error)
  return {
    traceId: traceIdOf(scheduledBy),
    spanId: attemptId(facts),
    parent: placeOfRecord(scheduledBy),
    name: `${definition} effect ${src}`,
    kind: 'internal',
    startMs: isLong ? endMs : beganAt,
    endMs,
    attributes: {
      ...agentAttributes(stream, definition),
      ...effectAttributes({ effect, src }),
      'refold.effect.attempt': attempt,
      'refold.effect.outcome': outcome,
      ...(isLong ? { 'refold.effect.duration_s': durationMs / 1_000 } : undefined),
      ...usageAttributes(facts),
      ...(problem === undefined ? undefined : { 'error.type': problem.name }),
    },
    links: [
      ...(attempt > 1
        ? [
            {
              traceId: traceIdOf(scheduledBy),
              spanId: attemptId({ ...facts, attempt: attempt - 1, outcome: 'retried' }),
              why: 'retry' as const,
            },
          ]
        : []),
      ...callerLink(facts.traceparent),
    ],
    ...(problem === undefined ? undefined : { error: problem.message }),
    ...(outcome === 'doubted' ? { error: 'no one knows whether it happened' } : undefined),
  }
}

/** One that was stopped may be followed by another of the same number, and so may one in doubt, which may also end all the same. */
function attemptId({ scheduledBy, effect, attempt, outcome, beganAt }: AttemptFacts): string {
  const more = outcome === 'stopped' ? [beganAt] : outcome === 'doubted' ? [outcome] : []
  return spanIdOf(scheduledBy, effect, attempt, ...more)
}

function placeOfRecord(id: string): Place {
  return { traceId: traceIdOf(id), spanId: spanIdOf(id) }
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/

function callerLink(traceparent: string | undefined): readonly ShapeLink[] {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent ?? '') ?? []
  return traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, why: 'caller' }]
}

function definitionOf({ stream, definition }: RecordFacts): readonly [string, number | undefined] {
  const [name = '', version] = definition.split('@')
  return [name === '' ? (stream.split('-', 1)[0] ?? stream) : name, version === undefined ? undefined : Number(version)]
}

function agentAttributes(stream: string, definition: string): Readonly<Record<string, string>> {
  return {
    'refold.agent': stream,
    'refold.definition': definition,
    'gen_ai.agent.id': stream,
    'gen_ai.agent.name': definition,
  }
}

function effectAttributes({
  effect,
  src,
}: {
  readonly effect?: string | undefined
  readonly src?: string | undefined
}): Readonly<Record<string, string>> {
  return {
    ...(effect === undefined ? undefined : { 'refold.effect.id': effect }),
    ...(src === undefined ? undefined : { 'refold.effect.source': src }),
  }
}

function usageAttributes({
  usage: { inputTokens, outputTokens, costUsd } = {},
}: AttemptFacts): Readonly<Record<string, number>> {
  return {
    ...(inputTokens === undefined ? undefined : { 'gen_ai.usage.input_tokens': inputTokens }),
    ...(outputTokens === undefined ? undefined : { 'gen_ai.usage.output_tokens': outputTokens }),
    ...(costUsd === undefined ? undefined : { 'refold.usage.cost_usd': costUsd }),
  }
}

const LONGEST_MESSAGE = 1_000

/** Of an error that is stored, as far as it has them. */
function errorText(error: unknown): { readonly name: string; readonly message: string } {
  const { name, message } =
    typeof error === 'object' && error !== null
      ? (error as { readonly name?: unknown; readonly message?: unknown })
      : {}
  const text = typeof message === 'string' ? message : 'it failed with what is no error'
  return { name: typeof name === 'string' ? name : '_OTHER', message: text.slice(0, LONGEST_MESSAGE) }
}
