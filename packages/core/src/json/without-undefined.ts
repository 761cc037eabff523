/** The members that are there: with `exactOptionalPropertyTypes` an absent one is not one that is `undefined`. */
export function withoutUndefined<T extends object>(
  members: T | undefined,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members ?? {}).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
