/**
 * The fold as the specification has it: RFC 6902 over `{state, data, id}`, and nothing else. A library applies the
 * patches, none of ours, so that what a record means does not depend on the implementation.
 */
import { applyPatch } from 'rfc6902'
import type { Operation } from 'rfc6902'

export interface FoldedRecord {
  readonly id: string
  readonly data: unknown
  readonly metadata: unknown
}

interface Transition {
  readonly refold: { readonly body: { readonly patch: readonly object[] } }
}

/** The states after each record, in order. */
export function foldEach(records: readonly FoldedRecord[]): readonly unknown[] {
  let state: unknown
  return records.map((record) => {
    const { patch } = (record.metadata as Transition).refold.body
    const after = applyAll({ state, data: record.data, id: record.id }, patch) as { readonly state: unknown }
    state = after.state
    return state
  })
}

/** The document after a patch. Throws on an operation that lies in a part which the document does not have. */
export function applyAll(document: object, patch: readonly object[]): object {
  const changed = structuredClone(document)
  // That the operations are well-formed is what the schemas of the record format check.
  const failed = applyPatch(changed, structuredClone(patch) as Operation[]).find((result) => result !== null)
  if (failed != null) throw failed
  return changed
}
