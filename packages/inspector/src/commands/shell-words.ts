/** Commands to paste. */
import { fromGiven, printable } from '@refold/core/store'

/** Where a command is to look: as its options say it. */
export interface CommandPlaces {
  /** A file, or the address of a server. */
  readonly store?: string | undefined
  readonly config?: string | undefined
}

/** A word as a POSIX shell takes it. Quoted, unless it is surely plain; what a terminal would act on is written as its number. */
export function shellWord(text: string): string {
  return fromGiven('shellWord', () => quoted(text))
}

function quoted(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  if (printable(text) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`
  return `$'${printable(text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"))}'` // bash, zsh, and POSIX since 2024
}

/** JSON as an argument: what a terminal would act on is written in JSON's own way. */
export function jsonWord(value: unknown): string {
  return fromGiven('jsonWord', () => printable(JSON.stringify(value)))
}

/** `refold …`, at these places. Words that begin with a dash stay words. */
export function refoldCommand(words: readonly string[], options: CommandOptions = {}): string {
  return fromGiven('refoldCommand', () => commandOf(words, options))
}

interface CommandOptions extends CommandPlaces {
  readonly options?: readonly string[]
}

function commandOf([verb = '', ...words]: readonly string[], { store, config, options = [] }: CommandOptions): string {
  const named = [
    ...options,
    ...(config === undefined ? [] : ['--config', config]),
    ...(store === undefined ? [] : ['--store', store]),
  ]
  const isPlain = words.every((word) => !word.startsWith('-'))
  const line = isPlain ? [verb, ...words, ...named] : [verb, ...named, '--', ...words]
  return ['refold', ...line.map(shellWord)].join(' ')
}
