/** Where a run with a crash differs from the one without. */
import type { PlayedRun } from './played-run.js'

/** The first difference, in words; `undefined`: there is none. */
export function differenceOf(expected: PlayedRun, actual: PlayedRun): string | undefined {
  const comparisons: readonly [what: string, expected: unknown, actual: unknown][] = [
    ...prefixes(expected, actual),
    ...(expected.cut || actual.cut ? [] : finals(expected, actual)),
  ]
  for (const [what, one, other] of comparisons) {
    const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
    if (a !== b) return `${what}\n  without a crash: ${a ?? 'nothing'}\n  with the crash:  ${b ?? 'nothing'}`
  }
  return undefined
}

/** Record by record. A run that was cut is compared as far as both go. */
function prefixes(expected: PlayedRun, actual: PlayedRun): readonly [string, unknown, unknown][] {
  const { length } = expected.history
  const compared =
    expected.cut || actual.cut ? Math.min(length, actual.history.length) : Math.max(length, actual.history.length)
  return Array.from({ length: compared }, (_, index) => [
    `record ${index} of the history`,
    expected.history[index],
    actual.history[index],
  ])
}

function finals(expected: PlayedRun, actual: PlayedRun): readonly [string, unknown, unknown][] {
  const fields = Object.keys(expected.final).map((field): [string, unknown, unknown] => [
    `the final ${field}`,
    expected.final[field],
    actual.final[field],
  ])
  return [
    ...fields,
    ['what was emitted', expected.emitted, actual.emitted],
    ['which events were taken', expected.taken, actual.taken],
  ]
}
