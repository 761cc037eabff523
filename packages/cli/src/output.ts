/** Data goes to the standard output; everything else to the standard error. */
import { once } from 'node:events'
import { printableLines } from '@refold/core/store'
import { EXIT } from './exit-codes.js'

/** What a command prints, and whether what it was asked for is so. */
export interface Told {
  readonly text: string
  /** `false`: the command ends with 1. */
  readonly isDone: boolean
}

/** What a command that only looks has found. */
export interface Found {
  readonly text: string
  /** What is to be said beside it. */
  readonly note?: string
  /** `false`: the answer is no, and the command ends with 1. */
  readonly isSo?: boolean
}

/** Prints it. */
export function present({ text, note, isSo = true }: Found): void {
  if (!isSo) process.exitCode = EXIT.failed
  print(text)
  if (note !== undefined) console.error(note)
}

/** Of a command that only looks. Its reader may stop when it has enough. */
export function print(text: string): void {
  write(text, { hasActed: false })
}

/** A part of what is long. Resolves when the reader has taken enough of it: what is not taken yet is held in memory. */
export async function printPart(text: string): Promise<void> {
  print(text)
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
}

/** Of one that has done its work, printed or not. */
export function report(told: string | Told): void {
  const { text, isDone } = typeof told === 'string' ? { text: told, isDone: true } : told
  if (!isDone) process.exitCode = EXIT.failed
  write(text, { hasActed: true })
}

let isListening = false
let hasActed = false

function write(text: string, told: { readonly hasActed: boolean }): void {
  hasActed ||= told.hasActed
  if (!isListening) process.stdout.on('error', failed)
  isListening = true
  if (text !== '') console.log(printableLines(text))
}

function failed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  console.error(`${hasActed ? 'it is done; ' : ''}what there is to print cannot be written: ${error.message}`)
  process.exit(hasActed ? EXIT.ok : EXIT.failed)
}
