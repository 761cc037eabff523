/** What is asked, as the parts of an address say it: texts, each of which may be anything. */
import { RefoldError } from '@refold/core/record'

/** By their names. */
export type Params = Readonly<Record<string, string | undefined>>

/** Throws `INVALID_INPUT` where it is absent. */
export function textIn(params: Params, name: string): string {
  const text = params[name]
  if (text === undefined) throw new RefoldError('INVALID_INPUT', `${name} is missing`, { facts: { name } })
  return text
}

/** A whole number of at least 0, `undefined` where it is absent. Throws `INVALID_INPUT` for anything else. */
export function numberIn(params: Params, name: string): number | undefined {
  const text = params[name]
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new RefoldError('INVALID_INPUT', `${name} is no whole number`, {
    hint: 'Revisions and counts are digits alone.',
    facts: { name },
  })
}

/** The same, of what must be there. */
export function revisionIn(params: Params, name: string): number {
  textIn(params, name)
  return numberIn(params, name) as number // it is there
}

/** One text, or a JSON array of several. Throws `INVALID_INPUT`. */
export function textsIn(params: Params, name: string): readonly string[] {
  const text = textIn(params, name)
  if (!text.startsWith('[')) return [text]
  try {
    const texts: unknown = JSON.parse(text)
    if (Array.isArray(texts) && texts.every((one) => typeof one === 'string')) return texts
  } catch {
    // it is none
  }
  throw new RefoldError('INVALID_INPUT', `${name} is no JSON array of texts`, { facts: { name } })
}
