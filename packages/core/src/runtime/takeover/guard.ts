/** One agent's trouble is told once, and harms no other. */
import { isRefoldError } from '../../errors.js'
import type { Report } from '../../public/report.js'
import { toErrorData } from '../../record/error-data.js'
import type { Teller } from '../events/event-hub.js'
import { reported } from '../events/operator-reports.js'
import type { OperatorReport } from '../events/operator-reports.js'

/** What was told before this much else may be told again. */
const MOST_REMEMBERED = 10_000

export class Guard {
  readonly #events: Teller
  readonly #signal: AbortSignal
  readonly #told = new Set<string>()

  constructor(events: Teller, signal: AbortSignal) {
    this.#events = events
    this.#signal = signal
  }

  /** Does it; trouble is told, and added to `reports`. `undefined`: it could not be done. */
  async run<R>(stream: string, act: () => Promise<R>, reports?: Report[]): Promise<R | undefined> {
    try {
      return await act()
    } catch (error) {
      if (this.#signal.aborted || isRefoldError(error, 'CLOSED')) return undefined
      const report = {
        code: isRefoldError(error) ? error.code : ('INVARIANT' as const),
        message: error instanceof Error ? error.message : String(error),
        facts: { cause: toErrorData(error) as unknown },
      }
      reports?.push(report)
      this.report(stream, report)
      return undefined
    }
  }

  /** Once an agent and code: a sweep finds the same trouble again and again. */
  report(stream: string, report: OperatorReport): void {
    if (this.isFirst(`${stream} ${report.code}`)) this.#events.tell(reported(stream, report))
  }

  /** Whether it is said for the first time. */
  isFirst(key: string): boolean {
    if (this.#told.has(key)) return false
    if (this.#told.size >= MOST_REMEMBERED) this.#told.clear()
    this.#told.add(key)
    return true
  }
}
