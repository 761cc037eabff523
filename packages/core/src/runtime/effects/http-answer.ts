/** The answer of a server that an error carries, where the errors of HTTP clients and of model providers have it. */

/** Reads a member of an error; one that throws is `undefined`. */
export type Members = (name: string) => unknown

export interface HttpAnswer {
  readonly status: number
  readonly header: (name: string) => unknown
}

/** `undefined` without a status, or without headers: a number alone may be anything. */
export function answerIn(member: Members, membersOf: (value: unknown) => Members): HttpAnswer | undefined {
  const response = membersOf(member('response'))
  const status = [member, response]
    .flatMap((of) => [of('status'), of('statusCode')])
    .find((value) => typeof value === 'number')
  const headers = headersIn(member, membersOf).filter((each) => typeof each === 'object' && each !== null)
  if (status === undefined || headers.length === 0) return undefined
  return { status, header: (name) => headers.map((each) => headerOf(each, name)).find((value) => value !== undefined) }
}

/** In the order in which they count. */
export function headersIn(member: Members, membersOf: (value: unknown) => Members): readonly unknown[] {
  return [member('responseHeaders'), member('headers'), membersOf(member('response'))('headers')]
}

/** Of a `Headers`, or of a plain object in any case of letters. */
export function headerOf(headers: unknown, name: string): unknown {
  try {
    if (typeof headers !== 'object' || headers === null) return undefined
    if ('get' in headers && typeof headers.get === 'function') return (headers as Headers).get(name) ?? undefined
    const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
    return Array.isArray(value) ? (value as readonly unknown[])[0] : value
  } catch {
    return undefined
  }
}
