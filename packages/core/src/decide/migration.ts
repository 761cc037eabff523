/** Migration: the one way an agent gets from one version of its definition to another, by a record of its own. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { applyPatch } from '../json/patch.js'
import type { StateDocument } from '../record/state-document.js'
import { incompatibilitiesOf } from '../step/compatibility.js'
import type { DecideContext } from './context.js'
import type { Migrated } from './inputs.js'

export type MigrationChange =
  | { readonly after: StateDocument; readonly data: JsonObject }
  | { readonly refused: RefoldError }

/** The state under `context.definition`, if its chart has a place for all that the patched state holds. */
export function migrated(context: DecideContext, state: StateDocument, input: Migrated): MigrationChange {
  const { version, fingerprint, name } = context.definition
  if (state.agent.version !== input.from) {
    return {
      refused: new RefoldError('WRONG_VERSION', `the agent is at version ${state.agent.version}, not ${input.from}`),
    }
  }
  const patched = patchedState(state, input.patch)
  if (isRefoldError(patched)) return { refused: patched }
  const after = { ...patched, agent: { ...state.agent, version, fingerprint } }
  const missing = incompatibilitiesOf(context.definition, after)
  if (missing.length > 0) {
    const hint = `Patch the state so that each has its place: ${missing.map(({ what }) => what).join('; ')}.`
    const message = `version ${version} of ${name} has no place for what the agent holds`
    return { refused: new RefoldError('NEEDS_MIGRATION', message, { hint, facts: { missing } }) }
  }
  const patch = input.patch as unknown as JsonValue
  return { after, data: { from: input.from, to: version, patch } }
}

/** The paths are those of the state document; its `agent` part is Refold's own, and so are messages. */
function patchedState(state: StateDocument, patch: readonly PatchOperation[]): StateDocument | RefoldError {
  const own = patch.find(({ path }) => /^\/(agent|outbox|inbox)(\/|$)/.test(path) || path === '')
  if (own !== undefined) {
    return new RefoldError('INVALID_INPUT', `a migration must not write ${JSON.stringify(own.path)}`, {
      hint: 'Paths begin with /root, /effects, /timers, /unlisted or /dedup.',
      facts: { path: own.path },
    })
  }
  try {
    const operations = patch.map((operation) => below('/state', operation))
    // The document is JSON; its interface only names the members.
    return applyPatch({ state: state as unknown as JsonValue }, operations)['state'] as unknown as StateDocument
  } catch (error) {
    if (isRefoldError(error)) return error
    throw error
  }
}

function below(prefix: string, operation: PatchOperation): PatchOperation {
  const path = prefix + operation.path
  return operation.op === 'copy' ? { ...operation, path, from: prefix + operation.from } : { ...operation, path }
}
