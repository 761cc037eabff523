/** Looks for a scenario that fails, and for the smallest such one; or plays the one that a failure told. */
import fc from 'fast-check'
import { Failure } from './recovery-errors.js'
import type { FoundAt } from './recovery-errors.js'
import type { RecoveryOptions } from './recovery-options.js'
import { refusedOption } from './refused-option.js'
import type { Scenario } from './scenario.js'

/** `runs`: scenarios that were played. */
export type Found = FoundAt & { readonly found: Failure; readonly runs: number }

type Play = (scenario: Scenario) => Promise<void>

/** `undefined`: none fails. Rejects with whatever else went wrong, as it is. */
export function firstFound(
  scenarios: fc.Arbitrary<Scenario>,
  { runs = 20, seed, path = '' }: RecoveryOptions,
  play: Play,
): Promise<Found | undefined> {
  return path === '' || seed === undefined
    ? searched(scenarios, { runs, seed, play })
    : replayed(scenarios, { seed, path, play })
}

async function searched(
  scenarios: fc.Arbitrary<Scenario>,
  { runs, seed, play }: { readonly runs: number; readonly seed: number | undefined; readonly play: Play },
): Promise<Found | undefined> {
  const details = await fc.check(fc.asyncProperty(scenarios, play), {
    ...EVERY_RUN,
    numRuns: runs,
    ...(seed === undefined ? undefined : { seed }),
  })
  if (!details.failed) return undefined
  const [scenario] = details.counterexample ?? []
  if (scenario === undefined)
    throw new Error(fc.defaultReportMessage(details) ?? 'checkRecovery found no scenario to play')
  const { errorInstance: found, numRuns } = details
  if (!(found instanceof Failure)) throw found
  return { found, scenario, runs: numRuns, seed: details.seed, path: details.counterexamplePath ?? '' }
}

/** What `fc.configureGlobal` may say to the contrary would end a check without a word. */
const EVERY_RUN = {
  interruptAfterTimeLimit: Number.POSITIVE_INFINITY,
  skipAllAfterTimeLimit: Number.POSITIVE_INFINITY,
  examples: [],
  path: '',
} as const satisfies fc.Parameters<[Scenario]>

/** That one alone: those beside it on the path would be played too where it fails no more. */
async function replayed(
  scenarios: fc.Arbitrary<Scenario>,
  { seed, path, play }: { readonly seed: number; readonly path: string; readonly play: Play },
): Promise<Found | undefined> {
  const scenario = scenarioAt(scenarios, { seed, path })
  try {
    await play(scenario)
    return undefined
  } catch (found) {
    if (!(found instanceof Failure)) throw found
    return { found, scenario, runs: 1, seed, path }
  }
}

function scenarioAt(scenarios: fc.Arbitrary<Scenario>, at: { readonly seed: number; readonly path: string }): Scenario {
  const hint = 'Give both as the message of the failure told them, and the other options as they were then.'
  if (!/^\d+(:\d+)*$/.test(at.path)) throw refusedOption('path', 'is none', hint)
  const [scenario] = fc.sample(scenarios, { ...at, numRuns: 1 })
  if (scenario === undefined) throw refusedOption('path', `leads to no run of the seed ${at.seed}`, hint)
  return scenario
}
