/**
 * The proof: a file that the bodies write themselves, beside Refold and not through it. Each line is on its way to the disk
 * before the body goes on, so a killed process has left behind what it began.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { StepName } from './findings.js'

/** One line of the file. */
export interface BodyLine {
  readonly review: string
  readonly step: StepName
  readonly what: 'begun' | 'ended'
  readonly attempt?: number
  /** The process that ran the body. */
  readonly pid: number
  /** Milliseconds since that process was started. */
  readonly processMs: number
}

/** What became of one step. */
export interface BodyCount {
  readonly begun: number
  readonly ended: number
}

/** Appends for one review. */
export function bodyLog(
  file: string,
  { review }: { review: string },
): (line: Pick<BodyLine, 'step' | 'what' | 'attempt'>) => void {
  return (line) => {
    const facts = { review, ...line, pid: process.pid, processMs: Math.round(performance.now()) } satisfies BodyLine
    appendFileSync(file, `${JSON.stringify(facts)}\n`)
  }
}

/** The lines of one review, in the order in which they were written. */
export function readBodyLog(file: string, { review }: { review: string }): readonly BodyLine[] {
  if (!existsSync(file)) return []
  // A line is what `bodyLog` wrote; the last one may be cut off where its process was killed.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as BodyLine).filter((line) => line.review === review)
}

/** How often the bodies of a step began and ended. */
export function countBodies(lines: readonly BodyLine[], step: StepName): BodyCount {
  const count = (what: BodyLine['what']): number =>
    lines.filter((line) => line.step === step && line.what === what).length
  return { begun: count('begun'), ended: count('ended') }
}
