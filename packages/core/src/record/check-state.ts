/**
 * Whether what records fold to is a state that an agent can be in. A patch may be well formed and still put a number where an
 * actor stands: that is found out here, before anyone acts on the state.
 */
import { RefoldError } from '../errors.js'
import { isContainer, type JsonValue } from '../json/json-value.js'
import { escapeToken, isForbiddenKey } from '../json/pointer.js'
import { wrongInState, type Wrong } from './state-checks.js'

/** Parts of states that were found in order. States share what did not change, and nothing that was folded is written. */
const inOrder = new WeakSet<object>()
/** Down to here parts are remembered: the state's members, and theirs. */
const REMEMBERED_DEPTH = 2

/** For readers of what an older release may have written. */
export const OLDER_FORMAT =
  'Or an older release wrote it: format v 0 was changed since, and only the release that wrote it reads such agents.'

/** Throws `UNREADABLE`, whose `path` says where it is no state of an agent. */
export function checkState(state: JsonValue | undefined): void {
  const wrong = wrongInState(state, inOrder) ?? forbiddenKey(state, '', 0)
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
function forbiddenKey(value: JsonValue | undefined, path: string, depth: number): Wrong | undefined {
  if (!isContainer(value) || inOrder.has(value)) return undefined
  for (const key of Object.keys(value)) {
    const at = `${path}/${escapeToken(key)}`
    if (isForbiddenKey(key)) return { path: at, problem: 'is a key that reaches a prototype' }
    const member = (value as { readonly [key: string]: JsonValue })[key]
    const wrong = isContainer(member) ? forbiddenKey(member, at, depth + 1) : undefined
    if (wrong !== undefined) return wrong
  }
  if (depth > 0 && depth <= REMEMBERED_DEPTH) inOrder.add(value)
  return undefined
}
