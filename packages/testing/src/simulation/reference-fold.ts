/**
 * A second fold, written from the specification and sharing no code with the runtime: what the records say an agent
 * has become. Slow and plain on purpose.
 */
import type { JsonValue, StoredEvent } from '@refold/core'
import type { RecordMetadata, StateDocument } from '@refold/core/record'

/** An agent's state after each record of its stream; foreign records change nothing. */
export interface FoldedStep {
  readonly event: StoredEvent
  /** `undefined`: the record has no header of ours. */
  readonly metadata: RecordMetadata | undefined
  readonly before: StateDocument | undefined
  readonly after: StateDocument | undefined
}

type Container = { [key: string]: JsonValue } | JsonValue[]

/** Folds a stream from its beginning, oldest record first. */
export function foldStream(events: readonly StoredEvent[]): readonly FoldedStep[] {
  const steps: FoldedStep[] = []
  let state: StateDocument | undefined
  for (const event of events) {
    const metadata = metadataOf(event)
    const before = state
    if (metadata !== undefined) state = foldOne(before, event, metadata)
    steps.push({ event, metadata, before, after: state })
  }
  return steps
}

function metadataOf(event: StoredEvent): RecordMetadata | undefined {
  const metadata = event.metadata as unknown as Partial<RecordMetadata> | null
  return metadata?.refold?.body === undefined ? undefined : (metadata as RecordMetadata)
}

function foldOne(before: StateDocument | undefined, event: StoredEvent, metadata: RecordMetadata): StateDocument {
  const document = clone({
    ...(before === undefined ? undefined : { state: before as unknown as JsonValue }),
    data: event.data,
    id: event.id,
  }) as { state?: JsonValue }
  for (const operation of metadata.refold.body.patch) {
    switch (operation.op) {
      case 'remove':
        change(document, operation.path, { kind: 'remove' })
        break
      case 'add':
      case 'replace':
        change(document, operation.path, { kind: operation.op, value: clone(operation.value) })
        break
      case 'copy':
        change(document, operation.path, {
          kind: 'add',
          value: clone(valueAt(document as Container, operation.from)),
        })
    }
  }
  return document.state as unknown as StateDocument
}

type Change = { readonly kind: 'remove' } | { readonly kind: 'add' | 'replace'; readonly value: JsonValue }

function change(root: Container, path: string, change: Change): void {
  const tokens = tokensOf(path)
  const last = tokens.pop() ?? ''
  const parent = tokens.reduce<JsonValue>((at, token) => step(at, token, path), root as JsonValue) as Container
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last)
    if (!Number.isInteger(index) || index > parent.length) throw new Error(`no place ${path} in the document`)
    if (change.kind === 'add') parent.splice(index, 0, change.value)
    else if (change.kind === 'replace') parent[index] = change.value
    else parent.splice(index, 1)
  } else {
    if (change.kind !== 'add' && !Object.hasOwn(parent, last)) throw new Error(`nothing to ${change.kind} at ${path}`)
    if (change.kind === 'remove') delete parent[last]
    else parent[last] = change.value
  }
}

function valueAt(root: Container, path: string): JsonValue {
  return tokensOf(path).reduce<JsonValue>((at, token) => step(at, token, path), root as JsonValue)
}

function step(at: JsonValue, token: string, path: string): JsonValue {
  if (typeof at === 'object' && at !== null && Object.hasOwn(at, token))
    return (at as { readonly [key: string]: JsonValue })[token] as JsonValue
  throw new Error(`nothing at ${path}, from "${token}" on`)
}

function tokensOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function clone<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
