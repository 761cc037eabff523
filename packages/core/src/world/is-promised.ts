/**
 * Whether a function that has to answer at once gave a promise, as an `async` one does. No one waits for that: what it rejects with
 * must not end the process, and all that lives in it.
 */
export function isPromised(answer: unknown): boolean {
  if (!(answer instanceof Promise)) return false
  answer.catch(() => {})
  return true
}
