/**
 * The fold as the specification has it: RFC 6902 over `{state, data, id}`, and nothing else. It shares no code with the
 * runtime, so that what a record means does not depend on the implementation.
 */
export interface FoldedRecord {
  readonly id: string
  readonly data: unknown
  readonly metadata: unknown
}

interface Transition {
  readonly refold: { readonly body: { readonly patch: readonly Operation[] } }
}

/** One operation of RFC 6902. */
export interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
  readonly from?: string
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

/** The document after a patch. Operations that lie in parts it does not have are an error. */
export function applyAll(document: object, patch: readonly Operation[]): object {
  const changed = structuredClone(document)
  for (const operation of patch) apply(changed, operation)
  return changed
}

function apply(document: object, { op, path, value, from }: Operation): void {
  const keys = pointer(path)
  const last = keys.pop() ?? ''
  const parent = lookUp(document, keys)
  const put = op === 'copy' ? lookUp(document, pointer(from ?? '')) : value
  if (Array.isArray(parent)) changeArray(parent, { op, index: last, put: structuredClone(put) })
  else if (op === 'remove') delete (parent as Record<string, unknown>)[last]
  else (parent as Record<string, unknown>)[last] = structuredClone(put)
}

function changeArray(
  array: unknown[],
  change: { readonly op: string; readonly index: string; readonly put: unknown },
): void {
  const index = change.index === '-' ? array.length : Number(change.index)
  if (change.op === 'remove') array.splice(index, 1)
  else if (change.op === 'replace') array[index] = change.put
  else array.splice(index, 0, change.put)
}

function lookUp(document: unknown, keys: readonly string[]): unknown {
  return keys.reduce((at, key) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key))
      throw new Error(`nothing stands at /${keys.join('/')}`)
    return (at as Record<string, unknown>)[key]
  }, document)
}

function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}
