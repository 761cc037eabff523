/** Values of options: one of the wrong kind is told by its place, and one that is `undefined` is as absent. */
import { checkMembers, requireOption } from './check-members.js'
import { MAX_TIMER_MS } from './world/long-timer.js'
import { meantName } from './world/nearest-name.js'

/** What the value of an option has to be. */
export interface OptionRule {
  readonly holds: (value: unknown) => boolean
  readonly problem: string
  readonly hint?: (value: unknown) => string | undefined
  /** It may not be left out. */
  readonly isRequired?: true
}

const MAX_NOTE_LENGTH = 1_000

/** Rules that more than one option has. */
export const optionRule = {
  /** Looked at by someone else. */
  any: { holds: () => true, problem: '' },
  flag: { holds: (value) => typeof value === 'boolean', problem: 'must be true or false' },
  text: { holds: (value) => typeof value === 'string', problem: 'must be a text' },
  /** Names, ids, streams. */
  texts: {
    holds: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
    problem: 'must be a list of texts',
  },
  list: { holds: Array.isArray, problem: 'must be a list' },
  definitions: { holds: Array.isArray, problem: 'must be a list of definitions' },
  /** Who did it, or why: it is recorded. */
  note: {
    holds: (value) => typeof value === 'string' && value.length <= MAX_NOTE_LENGTH,
    problem: `must be a text of at most ${MAX_NOTE_LENGTH} characters`,
  },
  integer: { holds: Number.isSafeInteger, problem: 'must be an integer' },
  count: { ...integers({ from: 1 }), problem: 'must be a positive integer' },
  /** An integer of these, both ends among them; without `to` there is none. */
  integerOf: integers,
  /** Of what is looked through. */
  limit: { holds: isLimit, problem: 'must be an integer, 0 or more' },
  /** An end of a range: it may lie before the first or behind the last. */
  revision: {
    holds: (value) => typeof value === 'bigint' || Number.isInteger(value) || value === Infinity || value === -Infinity,
    problem: 'must be a revision',
  },
  port: integers({ from: 0, to: 65_535 }),
  function: { holds: (value) => typeof value === 'function', problem: 'must be a function' },
  object: { holds: (value) => typeof value === 'object' && value !== null, problem: 'must be an object' },
  time: { holds: Number.isFinite, problem: 'must be epoch milliseconds' },
  signal: {
    holds: (value) => hasMethods(value, ['addEventListener', 'removeEventListener']),
    problem: 'must be an AbortSignal',
  },
  /** Milliseconds, no less than `from`, and no more than `to`. */
  ms: (from: number, to = MAX_TIMER_MS): OptionRule => ({
    holds: (value) => typeof value === 'number' && value >= from && value <= to,
    problem: `must be a number of milliseconds${range(from, to)}`,
  }),
  oneOf: (...names: readonly string[]): OptionRule => ({
    holds: (value) => typeof value === 'string' && names.includes(value),
    problem: `must be ${joined(
      names.map((name) => `'${name}'`),
      'or',
    )}`,
    hint: (value) => (typeof value === 'string' ? meantName(value, names) : undefined),
  }),
  methods: (...names: readonly string[]): OptionRule => ({
    holds: (value) => hasMethods(value, names),
    problem: `must have ${joined(names, 'and')}`,
  }),
} satisfies Record<string, OptionRule | ((...args: never[]) => OptionRule)>

/** Options, each with its rule. */
export type OptionRules = { readonly [option: string]: OptionRule }

/**
 * The same options, each member by its rule. Throws `INVALID_INPUT` with the path of a member that is not known, that is missing, or whose value is none
 * that its option takes.
 */
export function checkOptions(options: unknown, rules: OptionRules, path = ''): Readonly<Record<string, unknown>> {
  checkMembers(options, { path, known: Object.keys(rules) })
  checkValues(options, rules, path)
  return options
}

/** The same of an object that may have other members too. */
export function checkValues(options: object, rules: OptionRules, path = ''): void {
  for (const [key, { isRequired = false, holds, problem, hint }] of Object.entries(rules)) {
    const value = (options as Record<string, unknown>)[key]
    if (holds(value) || (value === undefined && !isRequired)) continue
    const near = hint?.(value)
    requireOption(false, {
      path: path === '' ? key : `${path}.${key}`,
      problem,
      ...(near === undefined ? undefined : { hint: near }),
    })
  }
}

/** The options that are there, each member by its rule. Throws as `checkOptions` does. */
export function checkedOptions<O extends object>(
  options: O,
  rules: { readonly [K in keyof O]-?: OptionRule },
  path = '',
): O {
  checkOptions(options, rules, path)
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O
}

function integers({ from, to = Infinity }: { readonly from: number; readonly to?: number }): OptionRule {
  return {
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to,
    problem: `must be an integer${range(from, to)}`,
  }
}

function range(from: number, to: number): string {
  return Number.isFinite(to) ? ` from ${from} to ${to}` : `, ${from} or more`
}

function isLimit(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0)
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof Object(value)[name] === 'function')
}

function joined(names: readonly string[], word: 'and' | 'or'): string {
  const [last, ...others] = names.toReversed()
  return others.length === 0 ? `${last}` : `${others.toReversed().join(', ')} ${word} ${last}`
}
