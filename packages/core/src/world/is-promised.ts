/**
 * Whether a function that has to answer at once gave a promise, as an `async` one does, or a thenable, as a query of an ORM is. No one
 * waits for that: what a promise rejects with must not end the process, and all that lives in it. A thenable is not begun.
 */
export function isPromised(answer: unknown): boolean {
  if (answer instanceof Promise) answer.catch(() => {})
  return answer !== null && typeof answer === 'object' && 'then' in answer && typeof answer.then === 'function'
}

/** Whether it is an `async` function, as far as that can be seen: one that was compiled to an older JavaScript is none. */
export function isAsyncFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]'
}
