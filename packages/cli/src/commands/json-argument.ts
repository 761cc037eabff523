/** JSON as an argument: the text itself, `@file`, or `-` for the standard input. */
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { RefoldError } from '@refold/core'

export function textOf(argument: string): string | Promise<string> {
  if (argument === '-') return text(process.stdin)
  if (!argument.startsWith('@')) return argument
  try {
    return readFileSync(argument.slice(1), 'utf8')
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${argument.slice(1)} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** Throws `INVALID_INPUT`, naming what it is. */
export function parseJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${what} is no JSON: ${(cause as Error).message}`, {
      hint: `For instance '{"topic":"whales"}', @input.json, or - for the standard input.`,
      cause,
    })
  }
}
