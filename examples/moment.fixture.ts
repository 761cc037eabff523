/** A moment that a test waits for, instead of sleeping. */

/** `come` resolves when `reach` is called. */
export interface Moment {
  readonly come: Promise<void>
  reach(): void
}

export function moment(): Moment {
  let reach = (): void => {}
  const come = new Promise<void>((resolve) => (reach = resolve))
  return { come, reach: () => reach() }
}
