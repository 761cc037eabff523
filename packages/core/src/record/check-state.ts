/**
 * Whether what records fold to is a state that an agent can be in. A patch may be well formed and still put a number where an
 * actor stands: that is found out here, before anyone acts on the state.
 */
import { RefoldError } from '../errors.js'
import { isContainer, type JsonValue } from '../json/json-value.js'
import { isForbiddenKey, toPointer } from '../json/pointer.js'
import { wrongInState, type Wrong } from './state-checks.js'

/** Parts of states that were found in order. States share what did not change, and nothing that was folded is written. */
const inOrder = new WeakSet<object>()
/** Down to here parts are remembered: the state's members, and theirs. */
const REMEMBERED_DEPTH = 2
/** A part with no more members, those within it counted, is looked at again sooner than it is remembered. */
const FEW_MEMBERS = 16

/** For readers of what an older release may have written. */
export const OLDER_FORMAT =
  'Or an older release wrote it: format v 0 was changed since, and only the release that wrote it reads such agents.'

/** Throws `UNREADABLE`, whose `path` says where it is no state of an agent. */
export function checkState(state: JsonValue | undefined): void {
  const wrong = wrongInState(state, inOrder) ?? withForbiddenKey(state)
  if (wrong === undefined) return
  const { path, problem } = wrong
  throw new RefoldError(
    'UNREADABLE',
    `the state is none that an agent can be in: ${path === '' ? 'it' : path} ${problem}`,
    {
      hint: `A record of the stream was damaged, or not written by Refold: restore the stream, or go on with another id. ${OLDER_FORMAT}`,
      facts: { path },
    },
  )
}

/** No key may reach a prototype when someone writes it elsewhere. */
function withForbiddenKey(state: JsonValue | undefined): Wrong | undefined {
  const path = forbiddenKey(state, 0)
  return typeof path === 'string' ? { path, problem: 'is a key that reaches a prototype' } : undefined
}

/** The path of such a key, or how many members there are. */
function forbiddenKey(value: JsonValue | undefined, depth: number): string | number {
  if (!isContainer(value) || inOrder.has(value)) return 0
  let count = 0
  for (const key of Object.keys(value)) {
    if (isForbiddenKey(key)) return toPointer([key])
    const below = forbiddenKey((value as { readonly [key: string]: JsonValue })[key], depth + 1)
    if (typeof below === 'string') return toPointer([key]) + below
    count += 1 + below
  }
  if (depth > 0 && depth <= REMEMBERED_DEPTH && count > FEW_MEMBERS) inOrder.add(value)
  return count
}
