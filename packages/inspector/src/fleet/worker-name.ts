/** How the owner of an agent is shown. */

import { fromGiven } from '@refold/core/store'

/** A worker's id is its name and something random. */
export function nameOf(worker: string): string {
  return fromGiven('nameOf', () => worker.split('.', 1)[0] ?? worker)
}
