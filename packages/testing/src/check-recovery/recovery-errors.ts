/** What `checkRecovery` finds, as errors that tell a story and how to see it again. */
import fc from 'fast-check'
import type { CrashPoint } from './checked-bodies.js'
import type { RecoveryReport } from './recovery-report.js'
import type { Scenario, ScriptLine } from './scenario.js'

export interface FoundAt {
  readonly seed: number
  readonly path: string
  readonly scenario: Scenario
}

/**
 * An agent that a crash made another one, or that is not the same twice even without one: then `crash` is `undefined`, and
 * something outside of the machine decides with it. The message is a story; `seed` and `path` replay it.
 */
export class RecoveryDiffersError extends Error {
  override readonly name = 'RecoveryDiffersError'
  readonly seed: number
  readonly path: string
  readonly scenario: Scenario
  readonly crash: CrashPoint | undefined

  constructor(message: string, { seed, path, scenario, crash }: FoundAt & { crash: CrashPoint | undefined }) {
    super(message)
    this.seed = seed
    this.path = path
    this.scenario = scenario
    this.crash = crash
  }
}

/**
 * An agent that blocks without any crash, or whose chart breaks a rule on an event or at its start (`MUTATED`,
 * `LOOPS_FOREVER`, …): its run proves nothing. The message is a story; `seed` and `path` replay it.
 */
export class RunBlockedError extends Error {
  override readonly name = 'RunBlockedError'
  readonly seed: number
  readonly path: string
  readonly scenario: Scenario

  constructor(message: string, { seed, path, scenario }: FoundAt) {
    super(message)
    this.seed = seed
    this.path = path
    this.scenario = scenario
  }
}

/** A check with `thrown` or `unreached: 'fail'` that found no difference, but something of these. `report` has it all. */
export class CheckFindingsError extends Error {
  override readonly name = 'CheckFindingsError'
  readonly report: RecoveryReport

  constructor(message: string, report: RecoveryReport) {
    super(message)
    this.report = report
  }
}

/** What a check is there to find, as the property throws it. */
export class Failure extends Error {
  readonly kind: 'differs' | 'unsteady' | 'blocked' | 'faulty'
  readonly crash: CrashPoint | undefined

  constructor(kind: Failure['kind'], message: string, crash?: CrashPoint) {
    super(message)
    this.kind = kind
    this.crash = crash
  }
}

const TITLES = {
  differs: 'does not survive every crash',
  unsteady: 'is not the same twice, without any crash: it is no function of its input',
  blocked: 'blocks without any crash',
  faulty: 'cannot go on, without any crash',
} as const satisfies Record<Failure['kind'], string>

/** The error that users get. `runs`: scenarios that were played. */
export function recoveryError(
  name: string,
  { found, runs, ...at }: FoundAt & { readonly found: Failure; readonly runs: number },
): RecoveryDiffersError | RunBlockedError {
  const message = story(`${name} ${TITLES[found.kind]}`, { ...at, found, runs })
  return found.kind === 'blocked' || found.kind === 'faulty'
    ? new RunBlockedError(message, at)
    : new RecoveryDiffersError(message, { ...at, crash: found.crash })
}

interface Story extends FoundAt {
  readonly found: Failure
  readonly runs: number
}

function story(title: string, { seed, path, scenario, found, runs }: Story): string {
  const script = scenario.script.map((line) => `  ${lineText(line)}`)
  return [
    `${title} (run ${runs}; replay with { seed: ${seed}, path: '${path}' })`,
    `input: ${JSON.stringify(scenario.input) ?? 'none'}`,
    ...(script.length === 0 ? ['no events'] : ['events:', ...script]),
    found.message,
  ].join('\n')
}

function lineText(line: ScriptLine): string {
  if ('from' in line) return `${line.from} says ${fc.stringify(line.says)}`
  return `${doneText(line)}${line.meanwhile === true ? ', while effects are under way' : ''}`
}

function doneText(line: Exclude<ScriptLine, { readonly from: string }>): string {
  if ('wait' in line) return 'waits for what is due'
  return 'cancel' in line ? 'is cancelled, with a day to end by itself' : JSON.stringify(line.event)
}
