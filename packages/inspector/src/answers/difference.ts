/** What differs between two states, as a patch and as what stood and stands at each place. */
import type { HistoryState } from '@refold/core/history'
import { applyPatch, diff, parsePointer } from '@refold/core/record'
import type { JsonObject, JsonValue, PatchOperation } from '@refold/core/record'
import type { Difference, DifferingPlace } from '../contract/agent.js'
import { cutTo, MOST } from './cut.js'

/** Places of one answer. */
const MOST_PLACES = 1_000

export function differenceOf(
  before: Pick<HistoryState, 'document'>,
  after: Pick<HistoryState, 'document'>,
): Difference {
  const [start, end] = [asJson(before), asJson(after)]
  const whole = diff(start, end, { path: '' })
  const patch = whole.slice(0, MOST_PLACES)
  const room = { most: Math.max(1_000, MOST / 2 / Math.max(1, patch.length)) }
  const cut = (value: JsonValue, path: string): JsonValue => cutTo(value, { path: `/document${path}`, ...room })
  return {
    patch: patch.map((operation) =>
      'value' in operation ? { ...operation, value: cut(operation.value, operation.path) } : operation,
    ),
    places: differingPlaces(start, patch).map(({ before: old, after: now, ...place }) => ({
      ...place,
      ...(old === undefined ? undefined : { before: cut(old, place.path) }),
      ...(now === undefined ? undefined : { after: cut(now, place.path) }),
    })),
    isCut: whole.length > patch.length,
  }
}

/** Each operation on what those before it left. */
export function differingPlaces(start: JsonObject, patch: readonly PatchOperation[]): readonly DifferingPlace[] {
  let state = start
  return patch.map((operation) => {
    const { op } = operation
    const path = placeOf(operation.path, state)
    const isInserted = (op === 'add' || op === 'copy') && Array.isArray(valueAt(state, parentOf(path)))
    const before = isInserted ? undefined : valueAt(state, path)
    state = applyPatch(state, [operation])
    const after = op === 'remove' ? undefined : valueAt(state, path)
    return {
      change: before === undefined ? 'add' : after === undefined ? 'remove' : 'replace',
      path,
      ...(before === undefined ? undefined : { before }),
      ...(after === undefined ? undefined : { after }),
    }
  })
}

function asJson({ document }: Pick<HistoryState, 'document'>): JsonObject {
  return document as unknown as JsonObject // a state is JSON
}

/** `-` stands for the place behind the last item. */
function placeOf(path: string, state: JsonObject): string {
  if (!path.endsWith('/-')) return path
  const parent = valueAt(state, parentOf(path))
  return Array.isArray(parent) ? `${parentOf(path)}/${parent.length}` : path
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function valueAt(state: JsonObject, path: string): JsonValue | undefined {
  return parsePointer(path).reduce<JsonValue | undefined>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as JsonObject)[key]
  }, state)
}
