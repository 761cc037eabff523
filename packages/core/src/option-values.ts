/** Values of options: one of the wrong kind is told by its place, and one that is `undefined` is as absent. */
import { checkMembers, requireOption } from './check-members.js'
import { MAX_TIMER_MS } from './world/long-timer.js'
import { meantName } from './world/nearest-name.js'

/** What the value of an option has to be. */
export interface OptionRule {
  readonly holds: (value: unknown) => boolean
  readonly problem: string
  readonly hint?: (value: unknown) => string | undefined
}

/** Rules that more than one option has. */
export const optionRule = {
  flag: { holds: (value) => typeof value === 'boolean', problem: 'must be true or false' },
  text: { holds: (value) => typeof value === 'string', problem: 'must be a text' },
  count: {
    holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
    problem: 'must be a positive integer',
  },
  port: {
    holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536,
    problem: 'must be an integer from 0 to 65535',
  },
  function: { holds: (value) => typeof value === 'function', problem: 'must be a function' },
  object: { holds: (value) => typeof value === 'object' && value !== null, problem: 'must be an object' },
  /** Milliseconds, no less than these. */
  ms: (from: number): OptionRule => ({
    holds: (value) => typeof value === 'number' && value >= from && value <= MAX_TIMER_MS,
    problem: `must be a number of milliseconds from ${from} to ${MAX_TIMER_MS}`,
  }),
  oneOf: (...names: readonly string[]): OptionRule => ({
    holds: (value) => typeof value === 'string' && names.includes(value),
    problem: `must be ${names.map((name) => `'${name}'`).join(' or ')}`,
    hint: (value) => (typeof value === 'string' ? meantName(value, names) : undefined),
  }),
  methods: (...names: readonly string[]): OptionRule => ({
    holds: (value) => names.every((name) => typeof Object(value)[name] === 'function'),
    problem: `must have ${names.join(' and ')}`,
  }),
} satisfies Record<string, OptionRule | ((...args: never[]) => OptionRule)>

/**
 * The options that are there, each member by its rule. Throws `INVALID_INPUT` with the path of a member that is not known, or whose
 * value is none that its option takes.
 */
export function checkedOptions<O extends object>(
  options: O,
  rules: { readonly [K in keyof O]-?: OptionRule },
  path = '',
): O {
  checkMembers(options, { path, known: Object.keys(rules) })
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) {
    const { holds, problem, hint } = (rules as Record<string, OptionRule>)[key] as OptionRule
    const near = hint?.(value)
    requireOption(holds(value), {
      path: path === '' ? key : `${path}.${key}`,
      problem,
      ...(near === undefined ? undefined : { hint: near }),
    })
  }
  return Object.fromEntries(given) as O
}
