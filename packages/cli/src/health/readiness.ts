/** Whether a fleet can do its work, and why not. */

/** Where one worker stands. */
export interface WorkerReadiness {
  readonly worker: string
  readonly isReady: boolean
  /** In words; absent for one that is ready. */
  readonly why?: string
}

/** The answer of `/readyz`. */
export interface Readiness {
  readonly isReady: boolean
  /** What keeps the whole fleet from it. */
  readonly reasons: readonly string[]
  readonly workers: readonly WorkerReadiness[]
}

/** A fleet is ready when one of its workers is, unless it drains. */
export function readinessOf(
  workers: readonly WorkerReadiness[],
  { isDraining }: { readonly isDraining: boolean },
): Readiness {
  const reasons = [
    ...(isDraining ? ['the fleet drains: it was asked to end'] : []),
    ...(workers.some(({ isReady }) => isReady) ? [] : ['no worker is ready']),
  ]
  return { isReady: reasons.length === 0, reasons, workers }
}

export function readinessText({ isReady, reasons, workers }: Readiness): string {
  const troubles = workers.flatMap(({ worker, why }) => (why === undefined ? [] : [`${worker}: ${why}`]))
  return [isReady ? 'ready' : 'not ready', ...reasons, ...troubles].map((line) => `${line}\n`).join('')
}
