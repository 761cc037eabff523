/**
 * What goes wrong between a process and its store, as data: "the 3rd append of process B is unknown and lost". Rules
 * hit exactly; the weather hits by chance, from the seed.
 */
import { checkOptions, optionRule } from '@refold/core/store'
import type { OptionRule, OptionRules } from '@refold/core/store'
import type { SeededRandom } from './seeded-random.js'

/**
 * The calls of a store that a fault can hit; `find` is any look into the directory, `commit` a change of a projection's documents,
 * `look` any reading of them.
 */
export type StoreOperation = 'append' | 'read' | 'put' | 'get' | 'remove' | 'find' | 'commit' | 'look'

/** What can happen to one operation. Times are milliseconds of virtual time. */
export type Fault =
  /** The caller gets `STORE_UNKNOWN`. Only the simulator knows whether it was stored. */
  | { readonly kind: 'unknown'; readonly stored: boolean }
  /** The caller gets `STORE_UNKNOWN` at once, the request lands so much later. */
  | { readonly kind: 'unknown'; readonly storedAfterMs: number }
  /** `STORE_REJECTED`: surely not stored. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'fatal' }
  | { readonly kind: 'delayed'; readonly requestMs?: number; readonly responseMs?: number }
  /** Someone else appends an event without a header first: the append conflicts. */
  | { readonly kind: 'stranger'; readonly type: string }
  /** If it conflicts: this process is told so much before it can read what is in the way. */
  | { readonly kind: 'early-conflict'; readonly unseenMs: number }
  /** The process dies right before the store takes the request, or right after. */
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' }

/** Hits the `nth` operation that matches (from 1, the default), and the following ones up to `times` in all. */
export interface FaultRule {
  readonly process?: string
  /** Default: `append`. */
  readonly operation?: StoreOperation
  /** The stream, the register's name, or the projection's. */
  readonly target?: string
  /** Only appends that hold a record of this type. */
  readonly type?: string
  readonly nth?: number
  readonly times?: number
  readonly fault: Fault
}

/** Probabilities of faults, and the bounds of the delay of each way of an operation. */
export interface Weather {
  readonly delayMs: readonly [min: number, max: number]
  readonly unknown?: number
  readonly rejected?: number
  /** Of conflicts that are told before what is in the way can be read. */
  readonly early?: number
  /** Of a delay of some seconds. */
  readonly slow?: number
}

/** Nothing goes wrong; every operation takes 1–3 ms each way. */
export const FAIR_WEATHER: Weather = { delayMs: [1, 3] }
/** No delay at all: the only interleaving is that of the event loop. */
export const STILL_WEATHER: Weather = { delayMs: [0, 0] }
/** Every kind of fault, often. */
export const STORM: Weather = { delayMs: [0, 40], unknown: 0.04, rejected: 0.04, early: 0.2, slow: 0.02 }

export interface FaultyOperation {
  readonly process: string
  readonly operation: StoreOperation
  readonly target: string
  readonly types: readonly string[]
}

const { count, flag, ms, object, oneOf, text } = optionRule
const OPERATIONS = ['append', 'read', 'put', 'get', 'remove', 'find', 'commit', 'look'] as const
const RULE: { readonly [K in keyof FaultRule]-?: OptionRule } = {
  process: text,
  operation: oneOf(...OPERATIONS),
  target: text,
  type: text,
  nth: count,
  times: { holds: (value) => value === Infinity || count.holds(value), problem: count.problem },
  fault: { ...object, isRequired: true },
}
const required = (rule: OptionRule): OptionRule => ({ ...rule, isRequired: true })
const FAULTS: Readonly<Record<Fault['kind'], OptionRules>> = {
  unknown: { stored: flag, storedAfterMs: ms(0) },
  rejected: {},
  fatal: {},
  delayed: { requestMs: ms(0), responseMs: ms(0) },
  stranger: { type: required(text) },
  'early-conflict': { unseenMs: required(ms(0)) },
  crash: { when: required(oneOf('before', 'after')) },
}
const chance: OptionRule = {
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  problem: 'must be a probability, from 0 to 1',
}
const WEATHER: { readonly [K in keyof Weather]-?: OptionRule } = {
  delayMs: {
    holds: (value) => Array.isArray(value) && value.length === 2 && value.every((end) => ms(0).holds(end)),
    problem: 'must be two numbers of milliseconds',
    isRequired: true,
  },
  unknown: chance,
  rejected: chance,
  early: chance,
  slow: chance,
}

/** One that is mistyped would hit more than was meant, or nothing. Throws `INVALID_INPUT`. */
function checkRule(rule: FaultRule): void {
  checkOptions(rule, RULE, 'faults')
  const { kind, ...members } = rule.fault
  checkOptions({ kind }, { kind: required(oneOf(...Object.keys(FAULTS))) }, 'faults.fault')
  checkOptions(members, FAULTS[kind], 'faults.fault')
}

/** Throws `INVALID_INPUT`. */
function checkWeather(weather: Weather): void {
  checkOptions(weather, WEATHER, 'weather')
}

/** The rules and the weather of one simulation. */
export class FaultPlan {
  weather: Weather
  /** Processes that no news of other processes' appends reach. */
  readonly deaf = new Set<string>()
  readonly #random: SeededRandom
  readonly #rules: { readonly rule: FaultRule; seen: number }[] = []

  constructor({ random, weather = FAIR_WEATHER }: { readonly random: SeededRandom; readonly weather?: Weather }) {
    checkWeather(weather)
    this.#random = random
    this.weather = weather
  }

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules) {
      checkRule(rule)
      this.#rules.push({ rule, seen: 0 })
    }
  }

  /** From now on nothing goes wrong. */
  heal(weather: Weather = FAIR_WEATHER): void {
    checkWeather(weather)
    this.#rules.length = 0
    this.deaf.clear()
    this.weather = weather
  }

  /** The fault of this operation, if it has one. Counts it: ask once an operation. */
  next(operation: FaultyOperation): Fault | undefined {
    let hit: Fault | undefined
    for (const entry of this.#rules) {
      if (!matches(entry.rule, operation)) continue
      const index = ++entry.seen
      const { nth = 1, times = 1 } = entry.rule
      if (index >= nth && index < nth + times) hit ??= entry.rule.fault
    }
    return hit ?? this.#byChance(operation)
  }

  delayMs(): number {
    const [min, max] = this.weather.delayMs
    return max === 0 ? 0 : this.#random.between(min, max)
  }

  #byChance({ operation }: FaultyOperation): Fault | undefined {
    const { unknown = 0, rejected = 0, early = 0, slow = 0 } = this.weather
    if (unknown + rejected + early + slow === 0) return undefined
    const draw = this.#random.next()
    if (draw < unknown) {
      if (operation !== 'append') return { kind: 'rejected' }
      return this.#random.chance(0.3)
        ? { kind: 'unknown', storedAfterMs: this.#random.between(1, 20_000) }
        : { kind: 'unknown', stored: this.#random.chance(0.5) }
    }
    if (draw < unknown + rejected) return { kind: 'rejected' }
    if (draw < unknown + rejected + slow)
      return { kind: 'delayed', requestMs: this.#random.between(0, 4_000), responseMs: this.#random.between(0, 4_000) }
    if (operation === 'append' && draw > 1 - early)
      return { kind: 'early-conflict', unseenMs: this.#random.between(1, 500) }
    return undefined
  }
}

function matches(rule: FaultRule, operation: FaultyOperation): boolean {
  if (rule.process !== undefined && rule.process !== operation.process) return false
  if ((rule.operation ?? 'append') !== operation.operation) return false
  if (rule.target !== undefined && rule.target !== operation.target) return false
  return rule.type === undefined || operation.types.includes(rule.type)
}
