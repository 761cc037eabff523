/** The state that a migration's patch makes: a patch that does not fit, or that makes no state, is refused at its path. */
import { isRefoldError, RefoldError } from '../errors.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { applyPatch } from '../json/patch.js'
import { jsonOf } from '../json/to-json.js'
import type { StateDocument } from '../record/state-document.js'
import { ownPlace } from './named-places.js'
import { checkPatched } from './check-patched.js'

const HINT = 'Paths are those of the state document: /root/value, /root/context/…, /effects/…, /timers/….'
const WRITABLE = ['root', 'effects', 'timers', 'unlisted', 'dedup']

/**
 * The state after the patch, whose `agent` part and messages are Refold's own. Throws `INVALID_INPUT` with the path of the
 * operation, or of the member, that is wrong.
 */
export function patchedState(state: StateDocument, patch: readonly PatchOperation[]): StateDocument {
  let document: { readonly [member: string]: JsonValue } = { state: state as unknown as JsonValue } // it is JSON
  for (const [index, operation] of operationsOf(patch).entries()) {
    const { path } = operation
    try {
      document = applyPatch(document, [belowState(state, operation)])
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

function invalid(path: string, message: string): RefoldError {
  return new RefoldError('INVALID_INPUT', message, { hint: HINT, facts: { path } })
}

/** What any caller gave, as operations. */
function operationsOf(patch: unknown): readonly PatchOperation[] {
  if (!Array.isArray(patch)) throw invalid('patch', 'patch: must be a list of operations')
  return patch.map((operation: unknown, index) => {
    const at = `patch/${index}`
    const given = asJson(operation, at)
    if (!isJsonObject(given)) throw invalid(at, `${at}: must be an operation`)
    for (const key of given['op'] === 'copy' ? ['path', 'from'] : ['path'])
      if (typeof given[key] !== 'string') throw invalid(`${at}/${key}`, `${at}/${key}: must be a JSON pointer`)
    const path = given['path'] as string
    const [, first = ''] = path.split('/')
    if (!WRITABLE.includes(first)) throw invalid(path, `a migration must not write ${JSON.stringify(path)}`)
    return given as unknown as PatchOperation
  })
}

function asJson(value: unknown, path: string): JsonValue {
  try {
    return jsonOf(value, { path })
  } catch (error) {
    if (!isRefoldError(error, 'NOT_SERIALIZABLE')) throw error
    throw invalid(typeof error.facts['path'] === 'string' ? error.facts['path'] : path, error.message)
  }
}

function belowState(state: StateDocument, operation: PatchOperation): PatchOperation {
  const path = `/state${ownPlace(state, operation.path)}`
  if (operation.op !== 'copy') return { ...operation, path }
  return { ...operation, path, from: `/state${ownPlace(state, operation.from)}` }
}
