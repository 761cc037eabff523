/** How the owner of an agent is shown. */

/** A worker's id is its name and something random. */
export function nameOf(worker: string): string {
  return worker.split('.', 1)[0] ?? worker
}
