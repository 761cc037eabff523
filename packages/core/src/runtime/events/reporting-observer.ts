/** The user's `onReport` and `onTakeover`, as observers. */
import type { Report } from '../../public/report.js'
import type { RuntimeObserver } from '../../public/runtime-event.js'
import type { TakenOver } from '../../public/taken-over.js'

export interface Listeners {
  readonly onReport: ((report: Report) => unknown) | undefined
  readonly onTakeover: ((taken: TakenOver) => unknown) | undefined
}

/** Tells the one as often as the other happens: neither waits for a promise that it returned before. */
export function reportingObserver(
  { onReport, onTakeover }: Listeners,
  failed: (name: string, error: unknown) => void,
): RuntimeObserver {
  const call = (name: string, listener: () => unknown): void => {
    try {
      const told = listener()
      if (told instanceof Promise) told.catch((error: unknown) => failed(name, error))
    } catch (error) {
      failed(name, error)
    }
  }
  return (event) => {
    if (event.kind === 'report') call('onReport', () => onReport?.(event.report))
    if (event.kind === 'takeover') call('onTakeover', () => onTakeover?.(event.taken))
  }
}
