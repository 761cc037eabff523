/**
 * Conditions on a state, as the command line gives them: `state=review`, `status=done`, `/context/total>100`, `/context/note`.
 * They are compared, and no code is run.
 */
import { activeStates, conditionOf, fieldAt } from '@refold/core/history'
import type { StatePredicate } from '@refold/core/history'
import { canonicalJson } from '@refold/core/record'
import type { AgentStatus, JsonValue, StateDocument } from '@refold/core/record'
import { RefoldError } from '@refold/core/record'
import { fromGiven, shownCondition } from '@refold/core/store'
import type { FoundAgent } from '@refold/core/store'

/** All of them. Throws `INVALID_INPUT` for what is no condition. */
export function predicateOf(conditions: readonly string[]): StatePredicate {
  const tests = fromGiven('predicateOf', () => conditions.map(testOf))
  return (state) => tests.every((test) => test(state))
}

type Test = (state: StateDocument) => boolean
type Compare = (found: JsonValue | undefined, given: JsonValue) => boolean

const COMPARISONS = {
  '=': isSame,
  '!=': (found, given) => !isSame(found, given),
  '<': (found, given) => order(found, given) < 0,
  '<=': (found, given) => order(found, given) <= 0,
  '>': (found, given) => order(found, given) > 0,
  '>=': (found, given) => order(found, given) >= 0,
} as const satisfies Record<string, Compare>

interface ConditionParts {
  /** `state`, `status`, `condition`, or a JSON pointer. */
  readonly place: string
  readonly operator: keyof typeof COMPARISONS | undefined
  readonly value: string
}

/** What stands before an operator holds none of its characters. */
const CONDITION = /^(state|status|condition|\/[^=!<>]*)(?:(!=|<=|>=|=|<|>)(.*))?$/s

/** What a condition is made of; the place is empty where it is none. Throws `INVALID_INPUT` for what is no text. */
export function conditionParts(text: string): ConditionParts {
  const [, place = '', operator, value = ''] = fromGiven('conditionParts', () => CONDITION.exec(text)) ?? []
  return { place, operator: operator as ConditionParts['operator'], value }
}

function testOf(text: string): Test {
  const { place, operator, value } = conditionParts(text)
  if (place.startsWith('/')) return placeTest(place, operator, value)
  if (place === '' || value === '' || (operator !== '=' && operator !== '!=')) throw noCondition(text)
  checkWord(place, value)
  const isSo = wordTest(place, value)
  return operator === '=' ? isSo : (state) => !isSo(state)
}

const WORDS: { readonly [place: string]: readonly string[] } = {
  status: ['active', 'done', 'error', 'stopped'] satisfies AgentStatus[],
  condition: ['running', 'paused', 'blocked', 'in-doubt', 'suspected', 'ended'] satisfies FoundAgent['condition'][],
}

function checkWord(place: string, value: string): void {
  const words = WORDS[place]
  if (words === undefined || words.includes(value)) return
  throw new RefoldError('INVALID_INPUT', `"${value}" is no ${place}`, { hint: `One of ${words.join(', ')}.` })
}

/** Without an operator: whether anything stands there. */
function placeTest(place: string, operator: keyof typeof COMPARISONS | undefined, value: string): Test {
  const read = fieldAt(place)
  if (operator === undefined) return (state) => read(state) !== undefined
  const given = valueOf(value)
  const compare: Compare = COMPARISONS[operator]
  return (state) => compare(read(state), given)
}

/** A state is named with those above it: an agent in `work.draft` is in `work`, too. */
function wordTest(word: string, value: string): Test {
  if (word === 'status') return ({ root }) => (root.status ?? 'active') === value
  if (word === 'condition')
    return (state) => shownCondition({ status: state.root.status ?? 'active', condition: conditionOf(state) }) === value
  return ({ root }) => activeStates(root).some((leaf) => leaf === value || leaf.startsWith(`${value}.`))
}

/** JSON, and a text as it is where it is none. */
function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

function isSame(found: JsonValue | undefined, given: JsonValue): boolean {
  if (found === given) return true
  if (typeof found !== 'object' || typeof given !== 'object' || found === null) return false
  return canonicalJson(found) === canonicalJson(given)
}

/** Numbers with numbers, texts with texts; of anything else no comparison is true. */
function order(found: JsonValue | undefined, given: JsonValue): number {
  const isNumbers = typeof found === 'number' && typeof given === 'number'
  const isTexts = typeof found === 'string' && typeof given === 'string'
  if (!isNumbers && !isTexts) return Number.NaN
  return found < given ? -1 : found > given ? 1 : 0
}

function noCondition(text: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `"${text}" is no condition`, {
    hint: `state=work.draft, status=done, condition=blocked, or a JSON pointer: /context/note, '/context/total>100' (= != < <= > >=, then JSON or a text).`,
  })
}
