/** Commands to paste. */
import type { ProjectOptions } from '../store-only.js'

/** A word as a POSIX shell takes it. Quoted, unless it is surely plain. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** `refold …` on the store and with the configuration that this command was given. */
export function refoldCommand(words: readonly string[], { store, config }: ProjectOptions): string {
  const places = [
    ...(config === undefined ? [] : ['--config', config]),
    ...(store === undefined || store === process.env['REFOLD_STORE'] ? [] : ['--store', store]),
  ]
  return ['refold', ...[...words, ...places].map(shellWord)].join(' ')
}
