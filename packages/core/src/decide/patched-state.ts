/** The state that a migration's patch makes: a patch that does not fit, or that makes no state, is refused at its path. */
import { isRefoldError, RefoldError } from '../errors.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue, StateOperation } from '../json/json-value.js'
import { applyPatch } from '../json/patch.js'
import { doesNotFit } from '../json/patch-item.js'
import { parsePointer } from '../json/pointer.js'
import { isSameJson } from '../json/same-json.js'
import { jsonOf } from '../json/to-json.js'
import { childOf } from '../json/undo.js'
import type { StateDocument } from '../record/state-document.js'
import { ownPlace } from './named-places.js'
import { checkPatched } from './check-patched.js'

const HINT = 'Paths are those of the state document: /root/value, /root/context/…, /effects/…, /timers/….'
const OPERATIONS = ['add', 'replace', 'remove', 'copy', 'move', 'test']
const WRITABLE = ['root', 'effects', 'timers', 'unlisted', 'dedup']

/**
 * The state after the patch, whose `agent` part and messages are Refold's own. Throws `INVALID_INPUT` with the path of the
 * operation, or of the member, that is wrong.
 */
export function patchedState(state: StateDocument, patch: readonly StateOperation[]): StateDocument {
  let document: { readonly [member: string]: JsonValue } = { state: state as unknown as JsonValue } // it is JSON
  for (const [index, operation] of operationsOf(patch).entries()) {
    const { path } = operation
    try {
      document = applied(document, belowState(state, operation))
    } catch (error) {
      if (!isRefoldError(error, 'UNREADABLE')) throw error
      // What a patch of a record says of itself is about a damaged stream, and this one is its caller's.
      const why = error.message.replaceAll('/state', '')
      throw invalid(path, `the operation ${index} of the patch cannot be applied: ${why}`)
    }
  }
  const patched = document['state']
  const wrong = checkPatched(patched)
  if (wrong !== undefined) throw invalid(wrong.path, `the patched state is none: ${wrong.path} ${wrong.problem}`)
  return patched as unknown as StateDocument
}

type Members = { readonly [member: string]: JsonValue }

/** `move` is `remove` and then `add`, as RFC 6902 has it: within one array the place of the second counts without the first. */
function applied(document: Members, operation: StateOperation): Members {
  if (operation.op === 'move') {
    const { from, path } = operation
    const value = valueAt(document, from)
    if (value === undefined) throw doesNotFit(operation, `nothing stands at ${from}`)
    return applyPatch(document, [
      { op: 'remove', path: from },
      { op: 'add', path, value },
    ])
  }
  if (!OPERATIONS.includes(operation.op)) throw doesNotFit(operation, `it is none of ${OPERATIONS.join(', ')}`)
  if (operation.op !== 'test') return applyPatch(document, [operation])
  const value = valueAt(document, operation.path)
  if (value === undefined) throw doesNotFit(operation, 'nothing stands there')
  if (!isSameJson(value, operation.value)) throw doesNotFit(operation, 'another value stands there')
  return document
}

function valueAt(document: Members, pointer: string): JsonValue | undefined {
  return parsePointer(pointer).reduce<JsonValue | undefined>(childOf, document)
}

function invalid(path: string, message: string): RefoldError {
  return new RefoldError('INVALID_INPUT', message, { hint: HINT, facts: { path } })
}

/** What any caller gave, as operations. */
function operationsOf(patch: unknown): readonly StateOperation[] {
  if (!Array.isArray(patch)) throw invalid('patch', 'patch: must be a list of operations')
  return patch.map((operation: unknown, index) => {
    const at = `patch/${index}`
    const given = asJson(operation, at)
    if (!isJsonObject(given)) throw invalid(at, `${at}: must be an operation`)
    const { op } = given
    for (const key of op === 'copy' || op === 'move' ? ['path', 'from'] : ['path'])
      if (typeof given[key] !== 'string') throw invalid(`${at}/${key}`, `${at}/${key}: must be a JSON pointer`)
    for (const path of writtenBy(given)) {
      const [, first = ''] = path.split('/')
      if (!WRITABLE.includes(first)) throw invalid(path, `a migration must not write ${JSON.stringify(path)}`)
    }
    return given as unknown as StateOperation
  })
}

function writtenBy({ op, path, from }: JsonObject): readonly string[] {
  if (op === 'test') return []
  return (op === 'move' ? [from, path] : [path]) as readonly string[] // they are texts
}

function asJson(value: unknown, path: string): JsonValue {
  try {
    return jsonOf(value, { path })
  } catch (error) {
    if (!isRefoldError(error, 'NOT_SERIALIZABLE')) throw error
    throw invalid(typeof error.facts['path'] === 'string' ? error.facts['path'] : path, error.message)
  }
}

function belowState(state: StateDocument, operation: StateOperation): StateOperation {
  const path = `/state${ownPlace(state, operation.path)}`
  return operation.op === 'copy' || operation.op === 'move'
    ? { ...operation, path, from: `/state${ownPlace(state, operation.from)}` }
    : { ...operation, path }
}
