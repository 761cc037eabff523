/** Where a value stands that a patch wrote out: a short value is not copied, so its source is found by being equal. */
import { isContainer, isJsonArray, type JsonValue } from '../json/json-value.js'
import { isSameJson } from '../json/same-json.js'
import { escapeToken } from '../json/pointer.js'

/** Values that are looked at. */
const BUDGET = 10_000

/** The pointer of the one place with an equal value; `undefined`: there is none, or there are several. */
export function onlyPlaceOf(
  value: JsonValue,
  { within, path }: { within: JsonValue | undefined; path: string },
): string | undefined {
  if (within === undefined || !isTelling(value)) return undefined
  const search = { value, found: [] as string[], budget: BUDGET }
  look(search, within, path)
  return search.budget > 0 && search.found.length === 1 ? search.found[0] : undefined
}

/** `true`, `null` and what is empty stand in many places by chance. */
function isTelling(value: JsonValue): boolean {
  if (typeof value === 'number' || typeof value === 'string') return value !== ''
  return isContainer(value) && Object.keys(value).length > 0
}

interface Search {
  readonly value: JsonValue
  readonly found: string[]
  budget: number
}

function look(search: Search, value: JsonValue, path: string): void {
  if (search.found.length > 1 || --search.budget <= 0) return
  if (isSameJson(value, search.value)) {
    search.found.push(path)
    return
  }
  if (isJsonArray(value))
    for (let at = 0; at < value.length; at++) look(search, value[at] as JsonValue, `${path}/${at}`)
  else if (isContainer(value))
    for (const [key, member] of Object.entries(value)) look(search, member, `${path}/${escapeToken(key)}`)
}
