/** What is shown at the end: how often each body ran, what was recovered, what it cost. */
import { countBodies } from './body-log.js'
import type { BodyLine } from './body-log.js'
import { STEPS } from './findings.js'
import type { Summary } from './findings.js'
import { asDuration } from './numbers.js'
import type { Options } from './options.js'
import { labelOf } from './screen.js'
import type { Outcome } from './supervisor.js'

/** A table, from the log that the bodies wrote. */
export function proofTable(lines: readonly BodyLine[]): readonly string[] {
  const rows = STEPS.map((step) => {
    const { begun, ended } = countBodies(lines, step)
    return `${labelOf(step)} ${String(begun).padStart(5)} ${String(ended).padStart(5)}${begun > ended ? `   ${begun - ended} killed before its end` : ''}`
  })
  const begun = lines.filter(({ what }) => what === 'begun').length
  const processes = new Set(lines.map(({ pid }) => pid)).size
  return [
    `   step       begun ended`,
    ...rows,
    `${begun} bodies for ${STEPS.length} steps, in ${processes} ${processes === 1 ? 'process' : 'processes'}`,
  ]
}

/** One line for each worker that took over. */
export function recoveryLines({ restarts, records }: Outcome): readonly string[] {
  const lines = restarts.map(
    ({ killedIn, recoveredMs, restartedMs }) =>
      `killed in '${killedIn}': ${asDuration(restartedMs)} from the start of the new process to the step's own restart (all recovered after ${asDuration(recoveredMs)})`,
  )
  return [...lines, `${records} records stored`]
}

/** What the model used; its cost where prices were given. */
export function costLine(
  { by, promptTokens, completionTokens }: Summary,
  prices: Options['prices'],
): string | undefined {
  if (promptTokens + completionTokens === 0) return undefined
  const used = `${by}: ${promptTokens} tokens read, ${completionTokens} written`
  if (prices === null) return `${used} (for the cost give --price-in and --price-out)`
  const cost = (promptTokens * prices.input + completionTokens * prices.output) / 1_000_000
  return `${used}, cost ${cost.toFixed(6)}`
}
