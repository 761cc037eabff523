/** The words that the glossary says to avoid, with what to say instead and where. */

/** `everywhere`: pages, comments, texts and code. `code`: names in code. `stored`: names in records and states. */
export type Where = 'everywhere' | 'code' | 'stored'

/** One row of the glossary's table. */
export interface ForbiddenWord {
  /** In small letters and words alone: in any case and joined in any way. Otherwise: exactly so. */
  readonly word: string
  readonly instead: string
  readonly where: Where
  /** Only below this folder of `packages/`; `undefined`: all of them. */
  readonly below: string | undefined
}

const ROW = /^\| (`[^|]+`) \| ([^|]+) \| (everywhere|code|stored)(?: of (\S+))? \|$/gm

/** The table's words: several in one row avoid the same thing. */
export function forbiddenWords(glossary: string): readonly ForbiddenWord[] {
  return [...glossary.matchAll(ROW)].flatMap(([, words = '', instead = '', where, below]) =>
    [...words.matchAll(/`([^`]+)`/g)].map(([, word = '']) => ({ word, instead, where: where as Where, below })),
  )
}

/** Finds a word in texts. */
export function finderOf({ word }: ForbiddenWord): (text: string) => boolean {
  if (!/^[a-z ]+$/.test(word)) {
    const exactly = word.replaceAll(/[.()[\]$]/g, String.raw`\$&`)
    const pattern = new RegExp(`(?<![\\w$])${exactly}${/\w$/.test(word) ? '(?!\\w)' : ''}`)
    return (text) => pattern.test(text)
  }
  const wanted = ` ${word} `
  const begins = new RegExp(word.split(' ', 1).join(), 'i') // most texts hold not even that, and need not be taken apart
  return (text) => begins.test(text) && ` ${wordsOf(text).join(' ')} `.includes(wanted)
}

/** `onForeignAppend-7` → on, foreign, append, 7. */
export function wordsOf(text: string): readonly string[] {
  const apart = text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  return apart.toLowerCase().match(/[a-z0-9]+/g) ?? []
}
