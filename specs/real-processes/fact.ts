/** What the processes left behind beside the store, as `fact-log.mjs` writes it. */
import { existsSync, readFileSync } from 'node:fs'

interface FactOf<W extends string> {
  readonly what: W
  /** The process. */
  readonly by: string
  /** Milliseconds of the clock that all processes of the machine share. */
  readonly at: number
}

interface BodyFact<W extends string> extends FactOf<W> {
  readonly src: string
  readonly key: string
  readonly attempt: number
}

export interface BegunFact extends BodyFact<'begun'> {
  readonly input: unknown
}
export interface StoredFact extends FactOf<'stored'> {
  readonly stream: string
  /** Of the last record. */
  readonly revision: number
  readonly ids: readonly string[]
}
export interface ReadFact extends FactOf<'read'> {
  readonly stream: string
  readonly revision: number
}
/** The event loop did not turn from then until then: the process was stopped, or the machine was busy. */
export interface StalledFact extends FactOf<'stalled'> {
  readonly from: number
}
/** What a caller was told about an event that it had sent. */
export interface SentFact extends FactOf<'sent'> {
  readonly stream: string
  readonly nonce: string
  readonly answer: 'accepted' | 'refused' | 'unknown'
}

export type Fact =
  | BegunFact
  | BodyFact<'ended'>
  | BodyFact<'failed'>
  | StoredFact
  | ReadFact
  | StalledFact
  | SentFact
  | (FactOf<'refused'> & { readonly stream: string; readonly code: string })
  | (FactOf<'overlapping'> & { readonly stream: string })
  | (FactOf<'takeover'> & { readonly stream: string; readonly previous?: string; readonly why: string })
  | (FactOf<'announced'> & { readonly worker: string })
  | (FactOf<'report'> & { readonly code: string; readonly message: string })

/** All facts in a file, in the order in which they were written. */
export function readFacts(file: string): readonly Fact[] {
  if (!existsSync(file)) return []
  // Each line is what `fact-log.mjs` wrote; of a killed process the last one may be cut off.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Fact)
}

/** Those of one kind. */
export function factsOf<W extends Fact['what']>(
  facts: readonly Fact[],
  what: W,
): readonly Extract<Fact, { what: W }>[] {
  return facts.filter((fact): fact is Extract<Fact, { what: W }> => fact.what === what)
}

/** As `sharedNow` of `fact-log.mjs`. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
