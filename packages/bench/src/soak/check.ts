/**
 * What was promised, held against what happened: the bodies' own file on one side, the stored streams on the other.
 * Shares no code with the runtime.
 */
import type { Store, StoredEvent } from '@refold/core'
import type { BodyLine } from './body-log.js'
import type { Standstill } from './disturbances.js'
import { groupBy } from './group-by.js'
import { ROUNDS } from './job-agent.js'
import { LEASE_MS } from './soak.config.js'

export interface Evidence {
  readonly store: Store
  readonly lines: readonly BodyLine[]
  readonly standstills: readonly Standstill[]
  readonly started: ReadonlySet<string>
  readonly approved: ReadonlySet<string>
}

/**
 * Between an outcome's time stamp and its commit, and until others know of it: a worker that has not heard from the store for
 * so long begins nothing any more.
 */
const UNTIL_KNOWN_MS = LEASE_MS

/** One sentence each. */
export async function violations(evidence: Evidence): Promise<readonly string[]> {
  const { store, lines, started } = evidence
  const found: string[] = []
  const byAgent = groupBy(lines, ({ agent }) => agent)
  for (const id of started) {
    const events: StoredEvent[] = []
    for await (const page of store.read(`job-${id}`)) events.push(...page)
    if (events.length === 0) found.push(`${id} was acknowledged and is not stored`)
    found.push(...ofStream(id, events, evidence), ...ofBodies(id, byAgent.get(id) ?? [], { events, ...evidence }))
  }
  for (const agent of byAgent.keys())
    if ((await firstOf(store, agent)) === undefined) found.push(`bodies of ${agent} ran and it is not stored`)
  return found
}

/** No acknowledged input is lost, none is stored twice, and the agent has come to its end. */
function ofStream(id: string, events: readonly StoredEvent[], { approved }: Evidence): string[] {
  const found: string[] = []
  const ids = events.filter(({ type }) => type === 'approve').map((event) => dedupIdOf(event))
  for (let round = 1; round <= ROUNDS; round++) {
    const times = ids.filter((one) => one === `approve-${round}`).length
    if (times > 1) found.push(`${id} took approval ${round} ${times} times`)
    if (times === 0 && approved.has(`${id}/approve-${round}`))
      found.push(`${id} lost the acknowledged approval ${round}`)
  }
  if (events.every((event) => statusOf(event) !== 'done')) found.push(`${id} did not finish`)
  return found
}

function ofBodies(
  id: string,
  lines: readonly BodyLine[],
  { events, standstills }: { events: readonly StoredEvent[]; standstills: readonly Standstill[] },
): string[] {
  const found: string[] = []
  const begun = lines.filter(({ what }) => what === 'begun')
  const unknown = begun.find(({ key }) => events.every(({ id: record }) => !key.startsWith(`${record}.`)))
  if (unknown !== undefined) found.push(`${id}: ${unknown.src} ${unknown.round} has a key that no record gives`)
  for (const [work, ofWork] of groupBy(begun, ({ src, round }) => `${src} ${round}`)) {
    const keys = new Set(ofWork.map(({ key }) => key))
    if (keys.size > 1) found.push(`${id}: ${work} was begun with ${keys.size} keys`)
    if (work.startsWith('pay ') && ofWork.length > 1) found.push(`${id}: ${work} was begun ${ofWork.length} times`)
  }
  for (const line of begun) {
    const outcomeAt = outcomeOf(line, events)
    if (outcomeAt === undefined || line.at <= outcomeAt + UNTIL_KNOWN_MS) continue
    const slept = standstills.some(({ pid, to }) => pid === line.pid && Math.abs(line.at - to) < UNTIL_KNOWN_MS)
    if (!slept) found.push(`${id}: ${line.src} ${line.round} was begun ${line.at - outcomeAt} ms after its outcome`)
  }
  return found
}

/** When the outcome of the body's effect was recorded. Its key names the record that the effect came to be by. */
function outcomeOf({ src, key }: BodyLine, events: readonly StoredEvent[]): number | undefined {
  const cause = events.findIndex(({ id }) => key.startsWith(`${id}.`))
  if (cause < 0) return undefined
  const outcome = events.slice(cause + 1).find((event) => isOutcomeOf(event, src))
  return outcome === undefined ? undefined : headerOf(outcome)?.at
}

function isOutcomeOf({ type, data }: StoredEvent, src: string): boolean {
  if (type !== 'refold.effect.done' && type !== 'refold.effect.failed') return false
  const facts = data as { readonly src?: string; readonly retryAt?: number }
  return facts.src === src && facts.retryAt === undefined
}

interface Header {
  readonly at: number
  readonly status?: string
  readonly input: { readonly dedupId?: string }
}

function headerOf({ metadata }: StoredEvent): Header | undefined {
  return (metadata as { readonly refold?: Header } | null)?.refold
}

function statusOf(event: StoredEvent): string | undefined {
  return headerOf(event)?.status
}

function dedupIdOf(event: StoredEvent): string | undefined {
  return headerOf(event)?.input.dedupId
}

async function firstOf(store: Store, agent: string): Promise<StoredEvent | undefined> {
  for await (const [first] of store.read(`job-${agent}`, { limit: 1 })) return first
  return undefined
}
