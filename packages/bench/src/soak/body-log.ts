/**
 * What the bodies write themselves, beside Refold and not through it: one line each when a body begins and when it has
 * done its work. The system has a line as soon as it is written, so a killed process leaves behind what it did.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

export interface BodyLine {
  readonly agent: string
  readonly round: number
  readonly src: string
  readonly key: string
  readonly what: 'begun' | 'did'
  readonly pid: number
  /** Epoch milliseconds. */
  readonly at: number
}

export function appendLine(file: string, line: Omit<BodyLine, 'pid' | 'at'>): void {
  appendFileSync(file, `${JSON.stringify({ ...line, pid: process.pid, at: Date.now() })}\n`)
}

/** A line that was cut off by a kill is no line. */
export function readLines(file: string): readonly BodyLine[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as BodyLine]
      } catch {
        return []
      }
    })
}
