/** Calls a function of the user's that no one waits for: what it throws or rejects with is told to `failed`, and ends nothing. */
export function callUser(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const told = call()
    if (told instanceof Promise) told.catch(failed)
  } catch (error) {
    failed(error)
  }
}
