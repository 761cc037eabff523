/**
 * `checkRecovery`: an agent's own crash test. Each generated run is played once without a crash and once for every
 * place at which its process could die; whatever the crash, the agent must become the same.
 */
import { fromGiven } from '@refold/core/store'
import type { AgentDefinition } from '@refold/core'
import fc from 'fast-check'
import type { Cast } from './cast.js'
import { checkedCast } from './check-options.js'
import type { CrashPoint } from './checked-bodies.js'
import { differenceOf } from './compare-runs.js'
import { crashPoints, spread } from './crash-points.js'
import { firstFound } from './first-found.js'
import { playRun } from './played-run.js'
import type { PlayedRun } from './run-shape.js'
import type { RecoveryOptions } from './recovery-options.js'
import { CheckFindingsError, Failure, recoveryError } from './recovery-errors.js'
import { findingsOf, RecoveryTally } from './recovery-report.js'
import type { RecoveryReport } from './recovery-report.js'
import { scenarios } from './scenario.js'
import type { Scenario } from './scenario.js'
import { partingOf } from './where-runs-part.js'

/**
 * Resolves when neither a crash nor playing it again made a difference to the agent's final value, context, output and error, to what it emitted,
 * and to its history (but for claims and attempts); the same of the agents that it started (`agents`). Rejects with
 * `RecoveryDiffersError` or `RunBlockedError` and the smallest failing case, with `INVALID_INPUT` for options that name what
 * is not there or leave an effect without a stub, or with what kept the check from being made.
 *
 * What it saw is in the report: custom actions that threw, and events that were refused because the chart threw
 * (`thrown: 'fail'` rejects with `CheckFindingsError` for them), and which states, effects and events no run came to
 * (`unreached: 'fail'`): of these a pass says nothing. Most scripts lead along the chart to one of its transitions, as far as
 * guards let them: give payloads that pass these in `events`, or more `runs`.
 *
 * Takes some milliseconds for each crash: give the test a time-out of a minute.
 *
 *     await checkRecovery(research, { effects: { draft: async () => ({ text: 'x', words: 3 }) }, runs: 50 })
 */
export async function checkRecovery(
  definition: AgentDefinition,
  options: RecoveryOptions = {},
): Promise<RecoveryReport> {
  const cast = fromGiven('checkRecovery', () => checkedCast(definition, options))
  const tally = new RecoveryTally(cast)
  const all = scenarios(cast, { ...options, maxEvents: options.maxEvents ?? 6 })
  const found = await firstFound(all, options, (scenario) => survivesCrashes(cast, { scenario, options, tally }))
  if (found === undefined) return passed(definition.name, { report: tally.report(), options })
  throw recoveryError(definition.name, found)
}

/** Throws when the findings are to fail the check. */
function passed(
  name: string,
  { report, options }: { readonly report: RecoveryReport; readonly options: RecoveryOptions },
): RecoveryReport {
  const findings = findingsOf(report, options)
  if (findings.length === 0) return report
  throw new CheckFindingsError(`${name} survives every crash, but:\n${findings.join('\n')}`, report)
}

interface Check {
  readonly scenario: Scenario
  readonly tally: RecoveryTally
  readonly options: RecoveryOptions
}

async function survivesCrashes(cast: Cast, { scenario, options, tally }: Check): Promise<void> {
  const { effects = {}, maxRecords = 200, bodyPatienceMs = 1_000, maxCrashes = 30 } = options
  const play = (crash: CrashPoint | undefined): Promise<PlayedRun> =>
    playRun({ cast, scenario, effects, crash, maxRecords, bodyPatienceMs })
  const expected = await play(undefined)
  if (expected.blocked !== undefined) throw new Failure('blocked', `${expected.blocked}\n\n${expected.story()}`)
  if (expected.fault !== undefined) throw new Failure('faulty', `${expected.fault}\n\n${expected.story()}`)
  tally.played(expected, scenario)
  const isTheSame = async (): Promise<void> => sameTwice(expected, await play(undefined))
  await isTheSame()
  for (const crash of spread(crashPoints(expected), { most: maxCrashes, seed: fc.stringify(scenario) })) {
    const actual = await play(crash)
    if (actual.crashed) tally.crashed()
    const difference = differenceOf(expected, actual)
    if (difference === undefined) continue
    // Chance may have been the same twice before.
    for (let control = 0; control < CONTROLS; control++) await isTheSame()
    throw new Failure(
      'differs',
      `a crash ${placeOf(crash)} makes a difference in ${difference}\n${HIDDEN_STATE}${slowIn(expected, actual)}\n\nwithout a crash: ${expected.story()}\n\nwith the crash: ${actual.story()}`,
      crash,
    )
  }
}

/** More runs without a crash before a crash is blamed. */
const CONTROLS = 4
const OUTSIDE =
  'Something outside of the machine decides: the clock, chance, a variable beside the context, or a stub that is no function of its input. Keep in the context what matters, and let an effect ask for time and chance. A value that no event here holds was left there by an earlier run.'
const HIDDEN_STATE =
  'What a crash changes stands outside of the machine, as in a variable beside the context, or was sent by a custom action, which a crash may keep from running (`raise` and `sendTo` are part of the record), or comes from what a body is given beside its input, as its key. A value that no event here holds was left there by an earlier run.'

/** Throws when two runs without a crash differ. */
function sameTwice(expected: PlayedRun, again: PlayedRun): void {
  const parting = partingOf(expected, again)
  if (parting === undefined) return
  const stories = `one run: ${expected.story()}\n\nanother: ${again.story()}`
  throw new Failure(
    'unsteady',
    `two runs without any crash differ at ${parting}\n${OUTSIDE}${slowIn(expected, again)}\n\n${stories}`,
  )
}

/** Then time passed meanwhile, in one run earlier than in the other. */
function slowIn(...runs: readonly PlayedRun[]): string {
  const slow = new Set(runs.flatMap((run) => [...run.slow]))
  if (slow.size === 0) return ''
  return `\nOr it is the time that a body took: ${[...slow].join(', ')} did not end within bodyPatienceMs. Raise it, or give a stub.`
}

function placeOf({ at, nth, when, stream }: CrashPoint): string {
  return `right ${when} ${at} ${nth}${stream === undefined ? '' : ` to ${stream}`}`
}
