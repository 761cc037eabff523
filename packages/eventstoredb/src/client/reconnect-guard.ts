/**
 * Makes the client safe where no node is found, as while a cluster elects. Seen in version 6.2.1:
 * - it looks for another node without waiting for its own work: when that fails, the rejection is unhandled and ends the process;
 * - it asks once for what the server can do. Where that fails otherwise than by a lost connection, it keeps the failure, and
 *   rejects every append from then on.
 *
 * Invariants: no rejection is left unhandled; a client that rejects every append says so.
 */

/** What the client calls on itself: protected, but set on each instance. */
interface Reconnecting {
  handleError(this: void, client: unknown, error: unknown): Promise<void>
  execute(this: void, client: unknown, name: string, action: unknown): Promise<unknown>
  shouldReconnect(this: void, error: unknown): readonly [boolean, ...unknown[]]
}

const ASKING_FOR_FEATURES = 'getSupportedMethods'

/** `onSpoiled`: it rejects every append from now on. */
export function guardReconnecting(client: object, { onSpoiled }: { readonly onSpoiled: () => void }): void {
  const guarded = client as Reconnecting
  const { handleError, execute, shouldReconnect } = guarded
  guarded.handleError = (failed, error) => handleError(failed, error).catch(() => {}) // the next call tells what it is
  guarded.execute = async (grpcClient, name, action) => {
    try {
      return await execute(grpcClient, name, action)
    } catch (error) {
      if (name === ASKING_FOR_FEATURES && !shouldReconnect(error)[0]) onSpoiled()
      throw error
    }
  }
}
