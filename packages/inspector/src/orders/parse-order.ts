/** Orders as they come from outside: anything until they were checked. */
import { RefoldError } from '@refold/core/store'
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { Order } from '../contract/orders.js'

interface Check {
  readonly fits: (value: JsonValue) => boolean
  /** In words, behind "must be". */
  readonly what: string
  readonly isOptional?: true
}

const text: Check = { fits: (value) => typeof value === 'string' && value !== '', what: 'a text' }
const event: Check = {
  fits: (value) => isObject(value) && typeof value['type'] === 'string',
  what: 'an object with the type of an event',
}
const object: Check = { fits: isObject, what: 'an object' }
const revision: Check = { fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0, what: 'a revision' }
const yes: Check = { fits: (value) => value === true, what: 'true' }
const any: Check = { fits: () => true, what: 'JSON' }
const texts: Check = {
  fits: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  what: 'a list of texts',
}
const outcome: Check = {
  fits: (value) =>
    isObject(value) &&
    typeof value['effect'] === 'string' &&
    'complete' in value !== 'fail' in value &&
    (!('fail' in value) || typeof value['fail'] === 'string'),
  what: 'an effect that is complete, or that failed for a reason',
}

function oneOf(...words: readonly string[]): Check {
  return { fits: (value) => typeof value === 'string' && words.includes(value), what: `one of ${words.join(', ')}` }
}

function maybe(check: Check): Check {
  return { ...check, isOptional: true }
}

type Shape = Readonly<Record<string, Check>>

const CONTROL: Shape = {}
const SHAPES: { readonly [Do in Order['do']]: Shape } = {
  send: { event, id: text, expectedRevision: maybe(revision) },
  approve: { event, payloadHash: text, revision, about: maybe(object) },
  resolve: {
    effect: text,
    revision,
    how: oneOf('complete', 'again', 'fail', 'acknowledge'),
    value: maybe(any),
    force: maybe(yes),
  },
  retry: CONTROL,
  pause: CONTROL,
  resume: CONTROL,
  cancel: CONTROL,
  fork: {
    plan: maybe(yes),
    as: text,
    at: revision,
    event: maybe(event),
    outcome: maybe(outcome),
    timers: maybe(oneOf('shift', 'keep', 'drop')),
    keys: maybe(oneOf('new', 'keep')),
    run: maybe(texts),
    version: maybe(revision),
  },
}
const COMMON: Shape = { do: text, agent: text, by: maybe(text), reason: maybe(text) }

/** Throws `INVALID_INPUT`, which names the member that makes no sense. */
export function parseOrder(body: JsonValue | undefined): Order {
  if (!isObject(body)) throw invalid('an order must be an object')
  const kind = body['do']
  if (typeof kind !== 'string' || !Object.hasOwn(SHAPES, kind))
    throw invalid(`do must be one of ${Object.keys(SHAPES).join(', ')}`, 'do')
  const shape = { ...COMMON, ...SHAPES[kind as Order['do']] }
  for (const member of Object.keys(body))
    if (!Object.hasOwn(shape, member)) throw invalid(`${JSON.stringify(member)} is no member of it`, member)
  for (const [member, { fits, what, isOptional }] of Object.entries(shape)) {
    const value = Object.hasOwn(body, member) ? body[member] : undefined
    if (value === undefined ? isOptional !== true : !fits(value)) throw invalid(`${member} must be ${what}`, member)
  }
  requireSense(body)
  return body as unknown as Order // so it was found
}

function requireSense({ do: kind, how, value, force, event, outcome }: JsonObject): void {
  if (event !== undefined && outcome !== undefined)
    throw invalid('a fork is told one thing first: event or outcome', 'outcome')
  if (kind !== 'resolve') return
  if (how === 'complete' && value === undefined) throw invalid('value must be the output, null for none', 'value')
  if (how === 'fail' && typeof value !== 'string') throw invalid('value must be the reason, a text', 'value')
  if (how !== 'again' && force !== undefined) throw invalid('force is for again', 'force')
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(problem: string, path?: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `the order makes no sense: ${problem}`, {
    ...(path === undefined ? undefined : { facts: { path } }),
  })
}
