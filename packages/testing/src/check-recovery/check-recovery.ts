/**
 * `checkRecovery`: an agent's own crash test. Each generated run is played once without a crash and once for every
 * place at which its process could die; whatever the crash, the agent must become the same.
 */
import type { AgentDefinition } from '@refold/core'
import fc from 'fast-check'
import type { CrashPoint, StubEffects } from './checked-bodies.js'
import { differenceOf } from './compare-runs.js'
import { playRun } from './played-run.js'
import type { PlayedRun } from './played-run.js'
import { scenarios } from './scenario.js'
import type { Scenario } from './scenario.js'

/** What `checkRecovery` may be told. */
export interface RecoveryOptions {
  /**
   * Outcomes of effects by source (`draft`, `child.charge`), each a function of the input alone: it returns the output
   * or throws. An effect that is not named runs its real body, which must give the same output for the same input.
   */
  readonly effects?: StubEffects
  /** Generated scenarios. Default 20. */
  readonly runs?: number
  /** Longest script of outside events. Default 6. */
  readonly maxEvents?: number
  /** Where the input's schema does not say enough, or there is none. */
  readonly input?: fc.Arbitrary<unknown>
  /** Payloads of events, by type, likewise. */
  readonly events?: Readonly<Record<string, fc.Arbitrary<object>>>
  /**
   * What callbacks and observables say, by source: events, or an observable's values. Their own bodies do not run. Without
   * it a callback (or observable of events) of the agent itself sends the events that the definition describes; other
   * streams are silent, as the types of what they say cannot be seen.
   */
  readonly streams?: Readonly<Record<string, fc.Arbitrary<unknown>>>
  /** Most crashes tried for one scenario; beyond it they are spread over the run. Default 30. */
  readonly maxCrashes?: number
  /** An agent that never comes to rest is cut after so many records. Default 200. */
  readonly maxRecords?: number
  /** Real milliseconds after which a body is taken to wait for time to pass. Default 1,000. */
  readonly bodyPatienceMs?: number
  /** Replays one failure, as its message tells it. */
  readonly seed?: number
  readonly path?: string
}

/** An agent that a crash made another one. The message is a story; `seed` and `path` replay it. */
export class RecoveryDiffersError extends Error {
  override readonly name = 'RecoveryDiffersError'
  readonly seed: number
  readonly path: string
  readonly scenario: Scenario
  readonly crash: CrashPoint | undefined

  constructor(
    message: string,
    { seed, path, scenario, crash }: { seed: number; path: string; scenario: Scenario; crash: CrashPoint | undefined },
  ) {
    super(message)
    this.seed = seed
    this.path = path
    this.scenario = scenario
    this.crash = crash
  }
}

/**
 * Resolves when no crash made a difference to the agent's final value, context, output and error, to what it emitted,
 * and to its history (but for claims and attempts). Rejects with `RecoveryDiffersError` and the smallest failing case, or
 * with what kept the check from being made.
 *
 * Takes some milliseconds for each crash: give the test a time-out of a minute.
 *
 *     await checkRecovery(research, { effects: { draft: async () => ({ text: 'x', words: 3 }) }, runs: 50 })
 */
export async function checkRecovery(definition: AgentDefinition, options: RecoveryOptions = {}): Promise<void> {
  const { runs = 20, maxEvents = 6, seed, path } = options
  const found: Found = {}
  const property = fc.asyncProperty(scenarios(definition, { ...options, maxEvents }), (scenario) =>
    survivesCrashes(definition, { scenario, options, found }),
  )
  const details = await fc.check(property, {
    numRuns: runs,
    ...(seed === undefined ? undefined : { seed }),
    ...(path === undefined ? undefined : { path, endOnFailure: true }),
  })
  if (!details.failed) return
  const [scenario] = details.counterexample ?? []
  if (scenario === undefined)
    throw new Error(fc.defaultReportMessage(details) ?? 'checkRecovery found no scenario to play')
  // Whatever else went wrong is no difference, and is told as it is.
  if (!(details.errorInstance instanceof Difference)) throw details.errorInstance
  const at = { seed: details.seed, path: details.counterexamplePath ?? '' }
  const told = details.errorInstance.message
  throw new RecoveryDiffersError(story(definition, { ...at, scenario, told, runs: details.numRuns }), {
    ...at,
    scenario,
    crash: found.crash,
  })
}

class Difference extends Error {}

interface Found {
  crash?: CrashPoint
}

interface Check {
  readonly scenario: Scenario
  readonly options: RecoveryOptions
  readonly found: Found
}

async function survivesCrashes(definition: AgentDefinition, { scenario, options, found }: Check): Promise<void> {
  const { effects = {}, maxRecords = 200, bodyPatienceMs = 1_000, maxCrashes = 30 } = options
  const play = (crash: CrashPoint | undefined): Promise<PlayedRun> =>
    playRun({ definition, scenario, effects, crash, maxRecords, bodyPatienceMs })
  const expected = await play(undefined)
  for (const crash of spread(crashPoints(expected), maxCrashes)) {
    const actual = await play(crash)
    const difference = differenceOf(expected, actual)
    if (difference === undefined) continue
    found.crash = crash
    throw new Difference(
      `a crash right ${crash.when} ${crash.at} ${crash.nth} makes a difference in ${difference}\n\nwithout a crash: ${expected.story()}\n\nwith the crash: ${actual.story()}`,
    )
  }
}

/** Every boundary of the run: each append and each body, before and after. */
function crashPoints({ appends, bodies }: PlayedRun): readonly CrashPoint[] {
  const points = (at: CrashPoint['at'], count: number): CrashPoint[] =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) => [
      { at, nth, when: 'before' },
      { at, nth, when: 'after' },
    ])
  return [...points('append', appends), ...points('body', bodies)]
}

function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as T)
}

interface Failure {
  readonly seed: number
  readonly path: string
  readonly scenario: Scenario
  readonly told: string
  readonly runs: number
}

function story({ name }: AgentDefinition, { seed, path, scenario, told, runs }: Failure): string {
  const script = scenario.script.map((line) =>
    'wait' in line
      ? '  waits for what is due'
      : 'from' in line
        ? `  ${line.from} says ${JSON.stringify(line.says)}`
        : `  ${JSON.stringify(line.event)}`,
  )
  return [
    `${name} does not survive every crash (run ${runs}; replay with { seed: ${seed}, path: '${path}' })`,
    `input: ${JSON.stringify(scenario.input) ?? 'none'}`,
    ...(script.length === 0 ? ['no events'] : ['events:', ...script]),
    told,
  ].join('\n')
}
