/** What the user sees while it runs: plain lines, for files and pipes; `live-screen.ts` redraws a terminal. */
import { STEPS } from './findings.js'
import type { StepName } from './findings.js'

/** The same for every kind of output. */
export interface Screen {
  begun(step: StepName, facts: { attempt: number }): void
  /** Its outcome is stored. */
  stored(step: StepName): void
  killed(step: StepName): void
  token(text: string): void
  note(text: string): void
  /** Nothing is drawn until `resume`: someone is asked. */
  pause(): void
  resume(): void
  /** Leaves the last picture on the screen. */
  end(): void
}

/** A place to write to: `process.stdout`, or a test's. */
export interface Output {
  write(text: string): unknown
}

/** ` 5 sizes     `: a step with its number, in columns. */
export function labelOf(step: StepName): string {
  return `${String(STEPS.indexOf(step) + 1).padStart(2)} ${step.padEnd(10)}`
}

/** One line an event. Tokens are written as they come. */
export function plainScreen(output: Output): Screen {
  let isInLine = false
  const line = (text: string): void => {
    output.write(`${isInLine ? '\n' : ''}${text}\n`)
    isInLine = false
  }
  return {
    begun: (step) => line(`${labelOf(step)} begun`),
    stored: (step) => line(`${labelOf(step)} done`),
    killed: (step) => line(`${labelOf(step)} KILLED (SIGKILL)`),
    token(text) {
      output.write(text)
      isInLine = true
    },
    note: (text) => line(text),
    pause: () => {},
    resume: () => {},
    end: () => isInLine && line(''),
  }
}
