/**
 * Runs all examples in real processes until they have ended, however often a process kills itself on the way, and tells
 * what an observer outside saw.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.js'
import { factsOf, readFacts } from './fact.js'
import type { Fact } from './fact.js'
import { startServices } from './services.js'
import { emitted, readStore } from './stored-effects.js'
import type { StoredStreams } from './stored-effects.js'

/** Where a process kills itself: see `kill-plan.mjs`. */
export type KillPlan =
  | { readonly round: number; readonly moment: 'before' | 'after' }
  | { readonly nth: number; readonly moment: 'before' | 'after' }

/** One process after the other: how far the store was when each began. */
interface Life {
  readonly name: string
  readonly settledBefore: ReadonlySet<string>
}

export interface ExampleRun {
  /** By stream: state, context, output and emits, without what differs from run to run. */
  readonly ends: Readonly<Record<string, unknown>>
  /** Appends of each agent in the last process. */
  readonly appends: Readonly<Record<string, number>>
  readonly kills: number
  readonly lives: readonly Life[]
  readonly facts: readonly Fact[]
  readonly stored: StoredStreams
  /** Bookings of each bank. */
  readonly charges: readonly number[]
}

/** The plans are followed one process after the other; the process after the last one is not killed. */
export async function runExamples(
  plans: readonly KillPlan[],
  { project }: { readonly project: string },
): Promise<ExampleRun> {
  const directory = mkdtempSync(join(tmpdir(), 'refold-examples-'))
  const paths = {
    store: join(directory, 'agents.db'),
    facts: join(directory, 'facts.jsonl'),
    report: join(directory, 'report.md'),
  }
  await using services = await startServices()
  const lives: Life[] = []
  try {
    for (let kills = 0; ; kills++) {
      const name = `p${kills}`
      const settledBefore = kills === 0 ? new Set<string>() : settledKeys(await readStore(paths.store))
      lives.push({ name, settledBefore })
      const told = await live({ ...paths, name, project, services: services.urls, kill: plans[kills] })
      if (told === 'killed') continue
      const stored = await readStore(paths.store)
      const ends = Object.entries(told.ends).map(([stream, end]) => {
        const emits = emitted(stored.streams.get(stream) ?? [])
        return [stream, comparable({ ...end, emits }, [directory, ...Object.values(services.urls)])]
      })
      const charges = services.banks.map((bank) => bank.charges.length)
      return {
        ends: Object.fromEntries(ends),
        appends: told.appends,
        kills,
        lives,
        facts: readFacts(paths.facts),
        stored,
        charges,
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface EndTold {
  readonly ends: Readonly<Record<string, object>>
  readonly appends: Readonly<Record<string, number>>
}

async function live(order: object): Promise<EndTold | 'killed'> {
  await using child = startChild('example-worker.mjs', order)
  const told = child.told((message) => 'ends' in message)
  told.catch(() => undefined) // a killed process tells nothing
  const end = await Promise.race([child.ended, patience()])
  if (end === undefined) throw new Error(`the agents do not come to their ends: ${child.stderr()}`)
  const { code, signal } = end
  if (signal === 'SIGKILL') return 'killed'
  if (code !== 0) throw new Error(`the process ended with ${code}: ${child.stderr()}`)
  return (await told) as unknown as EndTold
}

/** A life takes less than a second where no one else works. */
function patience(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), 240_000).unref()
  })
}

function settledKeys({ effects }: StoredStreams): ReadonlySet<string> {
  return new Set(effects.filter(({ settledAt }) => settledAt !== undefined).map(({ key }) => key))
}

const KEY = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d+/g

/** Without idempotency keys and addresses, and with what two effects told at the same time in one order. */
function comparable(end: object, addresses: readonly string[]): unknown {
  const named = addresses.reduce((text, address) => text.replaceAll(address, '<address>'), JSON.stringify(end))
  return JSON.parse(named.replace(KEY, '<key>'), (name, value: unknown) =>
    name === 'results' || name === 'messages' ? sorted(value as readonly unknown[]) : value,
  )
}

function sorted(values: readonly unknown[]): readonly unknown[] {
  return values.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

/** What no run may show, whatever was killed. Returns what is broken. */
export function checkRun({ lives, facts, stored, charges, kills }: ExampleRun): readonly string[] {
  const begun = factsOf(facts, 'begun')
  const failed = new Set(factsOf(facts, 'failed').map(({ key, attempt, by }) => `${key} ${attempt} ${by}`))
  const effects = new Map(stored.effects.map((effect) => [effect.key, effect]))
  const broken = lives.flatMap(({ name, settledBefore }) =>
    begun
      .filter(({ by, key }) => by === name && settledBefore.has(key))
      .map(({ src, key }) => `${name} began ${src} ${key}, whose outcome was durable before it was born`),
  )
  const invocations = new Map<string, Set<string>>()
  for (const { src, key, input } of begun) {
    const effect = effects.get(key)
    if (effect === undefined) broken.push(`${src} began under the key ${key}, which no record started`)
    else if (JSON.stringify(effect.input ?? null) !== JSON.stringify(input))
      broken.push(`${src} ${key} got another input`)
    const invocation = `${effect?.stream} ${src} ${JSON.stringify(input)}`
    invocations.set(invocation, (invocations.get(invocation) ?? new Set()).add(key))
  }
  for (const [invocation, keys] of invocations) {
    if (keys.size > 1) broken.push(`${invocation} was begun under ${keys.size} keys`)
  }
  for (const key of new Set(begun.map((body) => body.key))) {
    const repeats = begun.filter((body) => body.key === key && !failed.has(`${key} ${body.attempt} ${body.by}`))
    if (repeats.length > 1 + kills) broken.push(`${key} was begun ${repeats.length} times in ${kills + 1} processes`)
  }
  for (const count of charges) if (count !== 1) broken.push(`a bank booked ${count} times`)
  for (const { code, message } of factsOf(facts, 'report'))
    if (code !== 'IN_DOUBT') broken.push(`reported: ${code} ${message}`)
  return broken
}
