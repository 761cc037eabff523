/**
 * The border of the public API: nothing without a code leaves it. What a caller hands in may run code when it is looked at
 * (accessors, proxies) or called (predicates), and that code may throw.
 */
import { isRefoldError, RefoldError, textOf } from './errors.js'
import { isPromised } from './world/is-promised.js'

const MAX_DEPTH = 4

/** Gives the errors of all methods of a class a code. Its fields and private methods stay as they are. */
export function codeErrors(prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, name)
    const method: unknown = property?.value
    if (name === 'constructor' || typeof method !== 'function') continue
    const value = function (this: unknown, ...given: readonly unknown[]): unknown {
      return coded({ name, takes: method.length }, given, (args) => Reflect.apply(method, this, args))
    }
    Object.defineProperty(prototype, name, { ...property, value })
  }
}

/** A function of the public API. */
interface Called {
  readonly name: string
  /** So many arguments at least. */
  readonly takes: number
}

/** Does it; what it throws, or rejects with, has a code. Functions that were given are to be taken from the argument. */
export function coded<R>(called: Called, given: readonly unknown[], act: (given: readonly unknown[]) => R): R {
  const thrown = new Set<unknown>()
  const fail = (error: unknown): never => {
    throw isRefoldError(error) ? error : codedError(called, error, { given, thrown })
  }
  try {
    const result = act(given.map((value) => (typeof value === 'function' ? noting(value, thrown) : value)))
    return result instanceof Promise ? (result.catch(fail) as R) : result
  } catch (error) {
    return fail(error)
  }
}

/**
 * Does what a function of a public API does that only reads what it was given, and gives the result. Whatever that throws without a
 * code is `INVALID_INPUT` with this name: what was given is none of what the function takes. Not for what waits, or calls on a store.
 */
export function fromGiven<R>(name: string, act: () => R): R {
  try {
    return act()
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    throw new RefoldError('INVALID_INPUT', `${name}: what it was given makes no sense: ${textOf(cause)}`, {
      cause,
      hint: 'Its types say what it takes.',
    })
  }
}

/** Throws `INVALID_INPUT` for an argument that lacks one of these methods. */
export function requireMethods(value: unknown, path: string, methods: readonly string[], hint?: string): void {
  const found = Object(value) as { readonly [method: string]: unknown }
  const missing = fromGiven(path, () => methods.find((method) => typeof found[method] !== 'function'))
  if (missing === undefined) return
  throw new RefoldError('INVALID_INPUT', `${path}: has no method ${missing}`, {
    facts: { path },
    ...(hint === undefined ? undefined : { hint }),
  })
}

/** What a condition of a caller says. Throws `INVALID_INPUT` for a promise, which would always be true. */
export function saysYes(answer: unknown, condition: string): boolean {
  if (!isPromised(answer)) return Boolean(answer)
  throw new RefoldError('INVALID_INPUT', `${condition}: gave a promise`, {
    facts: { path: condition },
    hint: 'A condition answers at once: it is no async function.',
  })
}

/** The function, and a note of what it throws. */
function noting(given: Function, thrown: Set<unknown>): unknown {
  return function (this: unknown, ...args: readonly unknown[]): unknown {
    try {
      return Reflect.apply(given, this, args)
    } catch (error) {
      thrown.add(error)
      throw error
    }
  }
}

function codedError(
  { name, takes }: Called,
  cause: unknown,
  { given, thrown }: { readonly given: readonly unknown[]; readonly thrown: ReadonlySet<unknown> },
): RefoldError {
  if (thrown.has(cause))
    return new RefoldError('INVALID_INPUT', `${name}: a function that it was given threw: ${textOf(cause)}`, { cause })
  if (given.some((value) => throwsWhenRead(value, 0)))
    return new RefoldError('INVALID_INPUT', `${name}: what it was given threw while it was read: ${textOf(cause)}`, {
      cause,
      hint: 'Give plain objects, without accessors and proxies that throw.',
    })
  if (given.length < takes || given.some((value) => value === null || value === undefined))
    return new RefoldError('INVALID_INPUT', `${name}: an argument is missing: ${textOf(cause)}`, { cause })
  return new RefoldError('INVARIANT', `${name} failed: ${textOf(cause)}`, {
    cause,
    hint: 'If the cause is none of your store or of a function of yours, this is a defect of Refold: please report it.',
  })
}

function throwsWhenRead(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false
  try {
    return Reflect.ownKeys(value).some((key) => throwsWhenRead(Reflect.get(value, key), depth + 1))
  } catch {
    return true
  }
}
