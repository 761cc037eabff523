/** Codecs and upcasters, as they were given. */
import { checkMembers, requireOption } from '../check-members.js'
import { isAsyncFunction } from '../world/is-promised.js'

const UPCASTER = ['type', 'definition', 'upcast']

/**
 * What stands between a store and its readers. Throws `INVALID_INPUT` with the path. A codec may have members of its own, as its
 * keys; of two with one name no reader could tell which of them encoded a record.
 */
export function checkCodecs({ codecs, upcasters }: { readonly codecs?: unknown; readonly upcasters?: unknown }): void {
  const names = listOf(codecs, 'codecs').map((codec, index) => codecName(codec, `codecs.${index}`))
  const twice = names.findIndex((name, index) => names.indexOf(name) < index)
  requireOption(twice < 0, {
    path: `codecs.${twice}`,
    problem: `"${names[twice]}" is there already`,
    hint: 'Records name the codecs that encoded them: give each another name.',
  })
  for (const [index, upcaster] of listOf(upcasters, 'upcasters').entries())
    checkUpcaster(upcaster, `upcasters.${index}`)
}

function codecName(codec: unknown, path: string): string {
  const { name, encode, decode } = Object(codec) as Record<string, unknown>
  const isOne = typeof name === 'string' && typeof encode === 'function' && typeof decode === 'function'
  requireOption(isOne, { path, problem: 'must be a codec: { name, encode, decode }' })
  return name
}

/** One whose `definition` is mistyped would change the events of all of them. */
function checkUpcaster(given: unknown, path: string): void {
  const { type, definition, upcast } = Object(given) as Record<string, unknown>
  const isOne = typeof type === 'string' && typeof upcast === 'function'
  requireOption(isOne, { path, problem: 'must be an upcaster: { type, upcast }' })
  requireOption(!isAsyncFunction(upcast), { path: `${path}.upcast`, problem: 'is async, and has to answer at once' })
  checkMembers(given, { path, known: UPCASTER })
  const isName = definition === undefined || typeof definition === 'string'
  requireOption(isName, { path: `${path}.definition`, problem: 'must be the name of a definition' })
}

/** Absent is fine. */
function listOf(list: unknown, path: string): readonly unknown[] {
  if (list === undefined) return []
  requireOption(Array.isArray(list), { path, problem: 'must be a list' })
  return list
}
