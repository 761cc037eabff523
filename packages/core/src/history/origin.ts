/** What a fork is made of: its origin's state after a record, and what effects took in the records of its life. */
import { lifeNumberIn, recordsBefore } from '../record/life.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { Folder } from '../record/fold.js'
import { headerOf } from '../record/header.js'
import type { StateDocument } from '../record/state-document.js'
import { addUsage, usageIn } from '../record/usage.js'
import type { Usage } from '../record/usage.js'
import type { AgentLog } from '../log/agent-log.js'
import type { StoredEvent } from '../store/port.js'

/** An outcome, with what it took; or what bodies used of which no outcome tells. */
export interface EffectSample {
  /** `undefined`: it is no outcome. */
  readonly src: string | undefined
  /** From the record that asked for the effect to that of its outcome. */
  readonly ms: number
  /** Of all its records; `undefined`: its bodies told none. */
  readonly usage: Usage | undefined
  /** It belongs to the life that the fork goes on with. */
  readonly isReused: boolean
  /** It came in the fork's own origin, after the revision. */
  readonly isLater: boolean
}

export interface LifeSamples {
  readonly samples: readonly EffectSample[]
  /** Milliseconds from the revision to the newest record of the origin. */
  readonly laterMs: number
}

/** Origins of origins that are looked at. */
const MOST_ORIGINS = 16

/** Reads the origin to its end, and the streams that it was itself forked from, as far as they are there. */
export async function lifeSamples(
  log: Pick<AgentLog, 'read'>,
  { stream, revision }: { readonly stream: string; readonly revision: number },
): Promise<LifeSamples> {
  const samples: EffectSample[] = []
  let laterMs = 0
  let next: Link | undefined = { from: stream, revision, records: revision + 1 }
  for (let origins = 0; next !== undefined && origins < MOST_ORIGINS; origins++) {
    const read: StreamSamples = new StreamSamples(next, { isOrigin: origins === 0 })
    for await (const page of log.read(next.from)) for (const event of page) read.add(event)
    samples.push(...read.samples, ...read.unanswered())
    if (origins === 0) laterMs = read.laterMs
    next = read.link
  }
  return { samples, laterMs }
}

type Link = NonNullable<StateDocument['agent']['forked']>

interface Used {
  readonly usage: Usage
  readonly revision: number
}

class StreamSamples {
  readonly samples: EffectSample[] = []
  link: Link | undefined
  readonly #until: number
  readonly #isOrigin: boolean
  readonly #at: number[] = []
  /** By effect, of those without an outcome so far; with the last record that told some. */
  readonly #usage = new Map<string, Used>()
  #before = 0

  constructor({ revision, records }: Link, { isOrigin }: { readonly isOrigin: boolean }) {
    this.#until = records === 0 ? -1 : revision
    this.#isOrigin = isOrigin
  }

  get laterMs(): number {
    const then = this.#at[this.#until] ?? 0
    return Math.max(0, (this.#at.at(-1) ?? then) - then)
  }

  add(event: StoredEvent): void {
    const header = headerOf(event.metadata)
    if (header?.input.kind === 'forked') this.#forked(event)
    this.#at.push(header?.at ?? this.#at.at(-1) ?? 0)
    const effect = header?.input.effect
    if (header === undefined || effect === undefined) return
    const told = usageIn(event.data)
    const usage = addUsage(this.#usage.get(effect)?.usage, told)
    if (told !== undefined && usage !== undefined) this.#usage.set(effect, { usage, revision: Number(event.revision) })
    const { kind } = header.input
    const src = srcIn(event.data)
    if ((kind !== 'effect.done' && kind !== 'effect.failed') || src === undefined) return // a late one names no source
    this.samples.push({
      src,
      ms: this.#ms(effect, header.at),
      usage,
      ...this.#whenOf(Number(event.revision)),
    })
    this.#usage.delete(effect)
  }

  /** Used by attempts whose effects the chart left, that wait for another, or that ended when their effect was gone. */
  unanswered(): readonly EffectSample[] {
    return [...this.#usage.values()].map(({ usage, revision }) => {
      return { src: undefined, ms: 0, usage, ...this.#whenOf(revision) }
    })
  }

  #ms(effect: string, at: number): number {
    const askedAt = this.#at[lifeNumberIn(effect) - this.#before]
    return Math.max(0, at - (askedAt ?? this.#at[0] ?? at))
  }

  #whenOf(revision: number): Pick<EffectSample, 'isReused' | 'isLater'> {
    return { isReused: revision <= this.#until, isLater: this.#isOrigin && revision > this.#until }
  }

  #forked(event: StoredEvent): void {
    const folder = new Folder()
    folder.add(event)
    const state = folder.result()
    this.link = state?.agent.forked
    this.#before = recordsBefore(state)
  }
}

function srcIn(data: JsonValue): string | undefined {
  const src = isJsonObject(data) ? data['src'] : undefined
  return typeof src === 'string' ? src : undefined
}
