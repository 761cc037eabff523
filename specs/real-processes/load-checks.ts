/**
 * What must be true of workers under load, checked from outside after the run: the bodies' own log and what senders were
 * told, against the streams.
 */
import type { RecordMetadata } from '@refold/core/record'
import { checkRecords } from '../../packages/testing/src/simulation/record-invariants.js'
import { factsOf } from './fact.js'
import type { BegunFact, Fact, SentFact } from './fact.js'
import type { Seen } from './store-watch.js'
import { keyOf, readStore } from './stored-effects.js'
import type { StoredEffect, StoredStreams } from './stored-effects.js'
import { workerKnowledge } from './worker-knowledge.js'
import type { Knowledge } from './worker-knowledge.js'

export interface LoadEvidence {
  readonly store: string
  readonly facts: readonly Fact[]
  readonly seen: readonly Seen[]
}

export interface LoadReport {
  readonly broken: readonly string[]
  /** What the run was made of: whether it tried what it is there for. */
  readonly counts: Readonly<
    Record<'agents' | 'records' | 'claims' | 'late' | 'bodies' | 'repeated' | 'accepted', number>
  >
  readonly stored: StoredStreams
}

/** Reads the file and checks everything. */
export async function checkLoad({ store, facts, seen }: LoadEvidence): Promise<LoadReport> {
  const stored = await readStore(store)
  const context: Context = {
    facts,
    stored,
    effects: new Map(stored.effects.map((effect) => [effect.key, effect])),
    workers: new Map(factsOf(facts, 'announced').map(({ by, worker }) => [by, worker])),
    knownTo: workerKnowledge(facts, seen),
  }
  const begun = factsOf(facts, 'begun')
  const broken = [
    ...factsOf(facts, 'overlapping').map(({ by, stream }) => `${by} had two appends to ${stream} in flight`),
    ...factsOf(facts, 'report').flatMap(({ by, code, message }) =>
      code === 'IN_DOUBT' ? [] : [`${by} reported ${code}: ${message}`],
    ),
    ...begun.flatMap((body) => checkBody(body, context)),
    ...checkKeys(begun, context),
    ...factsOf(facts, 'sent').flatMap((sent) => checkSent(sent, stored)),
    ...checkStreams(context),
  ]
  return { broken, stored, counts: { ...countFacts(facts), ...countRecords(stored) } }
}

interface Context {
  readonly facts: readonly Fact[]
  readonly stored: StoredStreams
  readonly effects: ReadonlyMap<string, StoredEffect>
  /** The id in the records, by the name of the process. */
  readonly workers: ReadonlyMap<string, string>
  readonly knownTo: Knowledge
}

/** A body begins for an effect that is pending and its worker's own, by everything that the worker has to know. */
function checkBody(body: BegunFact, { stored, effects, workers, knownTo }: Context): readonly string[] {
  const name = `${body.by} began ${body.src} ${body.key} (attempt ${body.attempt})`
  const effect = effects.get(body.key)
  if (effect === undefined) return [`${name}, which no record started`]
  const { stream } = effect
  if (JSON.stringify(effect.input ?? null) !== JSON.stringify(body.input)) return [`${name} with another input`]
  const revision = knownTo({ ...body, stream })
  const state = stored.streams.get(stream)?.[revision]?.after
  const known = `as it had to know from ${stream} @${revision}`
  const [, pending] = Object.entries(state?.effects ?? {}).find(([id, one]) => keyOf(id, one) === body.key) ?? []
  if (pending === undefined) return [`${name}, which was not pending, ${known}`]
  if (pending.inDoubt !== undefined || pending.abandoned !== undefined) return [`${name}, which was in doubt, ${known}`]
  const { owner } = state?.agent ?? {}
  return owner === workers.get(body.by) ? [] : [`${name}, which was owned by ${owner}, ${known}`]
}

/** One effect, one key; a payment begins once, as no one decides that it is to be done again. */
function checkKeys(begun: readonly BegunFact[], { effects }: Context): readonly string[] {
  const keys = new Map<string, Set<string>>()
  const payments = new Map<string, number>()
  for (const { src, key, input } of begun) {
    const invocation = `${effects.get(key)?.stream} ${src} ${JSON.stringify(input)}`
    keys.set(invocation, (keys.get(invocation) ?? new Set()).add(key))
    if (src === 'charge') payments.set(invocation, (payments.get(invocation) ?? 0) + 1)
  }
  return [
    ...[...keys].flatMap(([invocation, all]) => (all.size > 1 ? [`${invocation} began under ${all.size} keys`] : [])),
    ...[...payments].flatMap(([invocation, count]) => (count > 1 ? [`${invocation} began ${count} times`] : [])),
  ]
}

/** What was acknowledged stands in the stream once, what was refused not at all. */
function checkSent({ stream, nonce, answer }: SentFact, { streams }: StoredStreams): readonly string[] {
  const isIt = (data: unknown): boolean => (data as { readonly nonce?: string } | null)?.nonce === nonce
  const count = (streams.get(stream) ?? []).filter(({ event }) => event.type === 'note' && isIt(event.data)).length
  const fits = answer === 'accepted' ? count === 1 : answer === 'refused' ? count === 0 : count <= 1
  return fits ? [] : [`a note to ${stream} was ${answer} and stands there ${count} times`]
}

/** Revisions, times, epochs and owners of every record; every agent has ended with what it was asked for. */
function checkStreams({ facts, stored, workers }: Context): readonly string[] {
  const writers = new Map(
    factsOf(facts, 'stored').flatMap(({ ids, by }) => ids.map((id) => [id, workers.get(by)] as const)),
  )
  // The invariants ask an observed event for its author only.
  const observed = (({ id }: { readonly id: string }) => {
    const worker = writers.get(id)
    return worker === undefined ? undefined : { author: { worker } }
  }) as Parameters<typeof checkRecords>[1]['observed']
  return [...stored.streams].flatMap(([stream, steps]) => {
    const root = steps.at(-1)?.after?.root
    // As `load-agents.mjs` makes it.
    const { rounds, results = [] } = (root?.context ?? {}) as { rounds?: number; results?: readonly unknown[] }
    const isWhole = root?.status === 'done' && results.length === rounds
    return [
      ...checkRecords(stream, { steps, observed }),
      ...(isWhole ? [] : [`${stream} is ${root?.status ?? 'active'} with ${results.length} of ${rounds} results`]),
    ]
  })
}

function countFacts(facts: readonly Fact[]): Pick<LoadReport['counts'], 'bodies' | 'repeated' | 'accepted'> {
  const begun = factsOf(facts, 'begun')
  const firsts = new Set(begun.map(({ key, attempt }) => `${key} ${attempt}`))
  const accepted = factsOf(facts, 'sent').filter(({ answer }) => answer === 'accepted')
  return { bodies: begun.length, repeated: begun.length - firsts.size, accepted: accepted.length }
}

function countRecords({
  streams,
}: StoredStreams): Pick<LoadReport['counts'], 'agents' | 'records' | 'claims' | 'late'> {
  const steps = [...streams.values()].flat()
  const isLate = (metadata: RecordMetadata | undefined): boolean => metadata?.refold.input.late === true
  const late = steps.filter(({ metadata }) => isLate(metadata)).length
  const claims = steps.filter(({ event }) => event.type === 'refold.claimed').length
  return { agents: streams.size, records: steps.length, claims, late }
}
