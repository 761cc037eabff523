/** The spans of what an agent has done, from its records alone. */
import { fromGiven } from '@refold/core/store'
import type { AgentHistory, HistoryPoint, HistoryRecord, Usage } from '@refold/core/history'
import { addUsage, usageIn } from '@refold/core/history'
import { attemptSpan, recordSpan } from './span-shape.js'
import type { RecordFacts, SpanShape } from './span-shape.js'

/** What is known of an effect whose outcome is still to come. */
interface OpenEffect {
  readonly attempt: number
  /** When the next attempt can have begun at the earliest. */
  readonly since: number
}

/** What of a record those behind it ask for. */
type Known = Pick<HistoryRecord, 'id' | 'at' | 'traceparent'>

/**
 * A span for each record of the history, in order, and for each attempt of an effect whose end is recorded. Rejects with what reading the
 * history rejects with.
 */
export async function* historySpans(
  history: Pick<AgentHistory, 'records' | 'stream' | 'first' | 'at'>,
): AsyncGenerator<SpanShape, void, undefined> {
  const past = fromGiven('historySpans', () => new Past(history))
  for await (const record of fromGiven('historySpans', () => recordsOf(history))) {
    const forked = record.kind === 'forked' ? await history.at(record.revision).catch(() => undefined) : undefined
    if (forked !== undefined) past.goOnFrom(forked.document, record) // a damaged one is told by itself alone
    yield* past.spansOf(record)
  }
}

function recordsOf(history: Pick<AgentHistory, 'records'>): AsyncIterable<HistoryRecord> {
  const records = history.records()
  if (typeof records[Symbol.asyncIterator] !== 'function') throw new TypeError('it gives no records')
  return records
}

class Past {
  readonly #stream: string
  readonly #first: number
  readonly #records: Known[] = []
  /** What the bodies of effects told since their last attempt ended. */
  readonly #used = new Map<string, Usage>()
  readonly #effects = new Map<string, OpenEffect>()
  /** Of a fork: the records of its life before its first, and what it has taken over from there, by effect. */
  #before = 0
  readonly #takenOver = new Map<string, Known>()

  constructor({ stream, first }: Pick<AgentHistory, 'stream' | 'first'>) {
    this.#stream = stream
    this.#first = first
  }

  /** An effect of the origin runs from the fork on; the record that asked for it stands in the stream of the origin. */
  goOnFrom({ agent, effects }: HistoryPoint['document'], { at }: HistoryRecord): void {
    this.#before = agent.forked?.records ?? 0
    for (const [effect, { scheduledBy, traceparent }] of Object.entries(effects))
      this.#takenOver.set(effect, { id: scheduledBy, at, ...(traceparent === undefined ? undefined : { traceparent }) })
  }

  *spansOf(record: HistoryRecord): Generator<SpanShape, void, undefined> {
    const attempts = this.#attemptsOf(record)
    yield recordSpan(this.#factsOf(record))
    yield* attempts
    const { id, at, traceparent } = record
    this.#records.push({ id, at, ...(traceparent === undefined ? undefined : { traceparent }) })
  }

  #factsOf(record: HistoryRecord): RecordFacts {
    const { id, revision, type, kind, definition, at, traceparent } = record
    return {
      stream: this.#stream,
      id,
      revision,
      type,
      kind,
      definition,
      at,
      traceparent,
      effect: 'effect' in record ? record.effect : undefined,
      src: 'effect' in record ? textIn(record, 'src') : undefined,
      causedBy: record.causedBy ?? this.#causeOf(record)?.id,
      previous: this.#records.at(-1)?.id,
      isBlocking: record.condition === 'blocked',
      isOfCaller: kind === 'event' || (record.kind === 'started' && record.from === undefined),
    }
  }

  /** The record that asked for the effect, or that set the timer: its revision is in the id. */
  #causeOf(record: HistoryRecord): Known | undefined {
    if ('effect' in record) return this.#at(record.effect)
    return record.kind === 'timer.fired' ? this.#at(record.timer) : undefined
  }

  #at(id: string): Known | undefined {
    return this.#takenOver.get(id) ?? this.#records[Number.parseInt(id, 10) - this.#before - this.#first]
  }

  /** Those that end with the record: a claim and a release name the effects that they bring into doubt. */
  #attemptsOf(record: HistoryRecord): readonly SpanShape[] {
    const { at, definition } = record
    if (record.kind === 'claimed' || record.kind === 'released')
      return doubtsIn(record).flatMap((doubt) => this.#ended({ ...doubt, at, definition }, { outcome: 'doubted' }))
    if (!('effect' in record)) return []
    const { effect } = record
    const usage = addUsage(this.#used.get(effect), usageIn(record.data))
    if (usage !== undefined) this.#used.set(effect, usage)
    const of = { effect, src: textIn(record, 'src') ?? '', at, definition }
    const isResolved = record.epoch === undefined
    switch (record.kind) {
      case 'effect.started':
        this.#effects.set(effect, { attempt: numberIn(record, 'attempt') ?? 1, since: at })
        return []
      case 'attempt.failed': {
        const attempt = numberIn(record, 'attempt') ?? this.#effects.get(effect)?.attempt ?? 1
        const spans = this.#ended(of, { outcome: 'retried', error: memberIn(record, 'error'), attempt })
        const since = Math.max(numberIn(record, 'retryAt') ?? 0, at) // the failure may have been stored late
        this.#effects.set(effect, { attempt: attempt + 1, since })
        return spans
      }
      case 'effect.done':
        return this.#ended(of, { outcome: 'done', isResolved })
      case 'effect.failed':
        return this.#ended(of, { outcome: 'failed', error: memberIn(record, 'error') ?? null, isResolved })
      case 'effect.doubted':
        return this.#ended(of, { outcome: 'doubted' })
      default:
        return []
    }
  }

  /** One in doubt may end all the same. What a person said of the effect is the end of no attempt. */
  #ended({ effect, at, ...of }: EndedEffect, ended: Ended): readonly SpanShape[] {
    const { outcome, error, attempt: told, isResolved = false } = ended
    const usage = this.#used.get(effect)
    this.#used.delete(effect)
    const scheduled = this.#at(effect)
    const open = this.#effects.get(effect)
    if (outcome !== 'doubted') this.#effects.delete(effect)
    if (scheduled === undefined || isResolved) return []
    const beganAt = Math.min(open?.since ?? scheduled.at, at)
    const span = attemptSpan({
      stream: this.#stream,
      definition: of.definition.split('@', 1)[0] ?? '',
      effect,
      src: of.src,
      attempt: told ?? open?.attempt ?? 1,
      outcome,
      beganAt,
      durationMs: at - beganAt,
      scheduledBy: scheduled.id,
      traceparent: scheduled.traceparent,
      error,
      usage,
    })
    return [span]
  }
}

interface EndedEffect {
  readonly effect: string
  readonly src: string
  readonly at: number
  readonly definition: string
}

interface Ended {
  readonly outcome: string
  readonly error?: unknown
  readonly attempt?: number
  /** By someone's word. */
  readonly isResolved?: boolean
}

function doubtsIn(record: HistoryRecord): readonly Pick<EndedEffect, 'effect' | 'src'>[] {
  const doubts = memberIn(record, 'inDoubt')
  if (!Array.isArray(doubts)) return []
  return doubts.flatMap((doubt: { readonly effect?: unknown; readonly src?: unknown } | null) => {
    const { effect, src } = doubt ?? {}
    return typeof effect === 'string' && typeof src === 'string' ? [{ effect, src }] : []
  })
}

/** A damaged record, or one whose key is missing, may have anything there. */
function memberIn({ data }: HistoryRecord, name: string): unknown {
  return typeof data === 'object' && data !== null ? (data as { readonly [member: string]: unknown })[name] : undefined
}

function textIn(record: HistoryRecord, name: string): string | undefined {
  const value = memberIn(record, name)
  return typeof value === 'string' ? value : undefined
}

function numberIn(record: HistoryRecord, name: string): number | undefined {
  const value = memberIn(record, name)
  return typeof value === 'number' ? value : undefined
}
