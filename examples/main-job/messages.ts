/** What the processes say to each other. Everything that matters is in the store; this is for the screen, and to kill. */
import type { StepName } from './findings.js'

/** The variable that holds a worker's task as JSON. */
export const TASK = 'REVIEW_TASK'

/** What a worker is told beside what it finds in the store. */
export interface WorkerTask {
  readonly store: string
  readonly bodyLog: string
  readonly review: string
  /** Steps whose body waits before it returns, to be killed there. */
  readonly hold: readonly StepName[]
}

/** A line that a worker prints. `pid`: its process, as the last lines of a dead one may come late. */
export type FromWorker = { readonly pid: number } & (
  | { readonly kind: 'begun'; readonly step: StepName; readonly attempt: number }
  | { readonly kind: 'holding'; readonly step: StepName }
  | { readonly kind: 'token'; readonly text: string }
)

const MARK = 'review '

/** The message as a line. */
export function toLine(message: FromWorker): string {
  return MARK + JSON.stringify(message)
}

/** The message in a line; `undefined` for anything else that a worker prints. */
export function fromLine(line: string): FromWorker | undefined {
  return line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as FromWorker) : undefined
}
