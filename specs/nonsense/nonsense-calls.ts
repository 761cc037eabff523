/** Arguments that no one should give, and what is wrong with an answer to them. */
import { isRefoldError } from '@refold/core'

const trap = (): never => {
  throw new Error('a trap')
}
const TRAPS = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, apply: trap, getOwnPropertyDescriptor: trap }

const NONSENSE: readonly (readonly [text: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['1', 1],
  ['1n', 1n],
  ['true', true],
  ["''", ''],
  ['[]', []],
  ['{}', {}],
  ['a symbol', Symbol('nonsense')],
  ['an object that throws', new Proxy({}, TRAPS)],
  ['a function that throws', new Proxy(() => {}, TRAPS)],
]

export interface NonsenseCall {
  readonly text: string
  readonly args: readonly unknown[]
}

/** Nothing at all, each alone, each twice, and each behind an object. */
export function callsOf(): readonly NonsenseCall[] {
  const each = NONSENSE.flatMap(([text, value]) => [
    { text, args: [value] },
    { text: `${text}, ${text}`, args: [value, value] },
    { text: `{}, ${text}`, args: [{}, value] },
  ])
  return [{ text: '', args: [] }, ...each]
}

/** It may go on for ever with what it takes for sense. */
const ENOUGH_MS = 1_000

/** `undefined`: it took it, or said well what is wrong. */
export async function complaintAbout(called: Function, args: readonly unknown[]): Promise<string | undefined> {
  try {
    await outcomeOf(isClass(called) ? Reflect.construct(called, args) : Reflect.apply(called, undefined, args))
    return undefined
  } catch (error) {
    if (!isRefoldError(error)) return `threw without a code: ${textOf(error)}`
    if (error.code === 'INVARIANT') return `blames Refold: ${error.message}`
    const saysWhatToDo = error.hint !== undefined || /: (must|has no|is |threw|an argument)/.test(error.message)
    return saysWhatToDo ? undefined : `does not say what to do: ${error.message}`
  }
}

async function outcomeOf(result: unknown): Promise<void> {
  if (typeof result !== 'object' || result === null || isTrap(result)) return
  const { then, close } = result as { readonly then?: unknown; readonly close?: () => unknown }
  const iterator =
    Symbol.asyncIterator in result ? (result as AsyncIterable<unknown>)[Symbol.asyncIterator]() : undefined
  const end = new Promise<void>((resolve) => setTimeout(resolve, ENOUGH_MS).unref())
  if (typeof then === 'function') await Promise.race([(result as Promise<unknown>).then(outcomeOf), end])
  else if (iterator !== undefined) await Promise.race([iterator.next(), end])
  if (typeof close === 'function') await close.call(result)
}

function isTrap(value: object): boolean {
  try {
    return !Reflect.has(value, 'toString')
  } catch {
    return true
  }
}

function isClass(called: Function): boolean {
  return Function.prototype.toString.call(called).startsWith('class')
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'a value that is no error'
}
