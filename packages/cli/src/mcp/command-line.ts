/**
 * A call of a tool as a command line. Invariant: what a client gives is never an option, nor the name of a file: options have their
 * values behind `=`, arguments stand behind `--`, and JSON is written out here.
 */
import { RefoldError } from '@refold/core'
import type { Argument, Tool } from './tool.js'

export interface CommandLine {
  readonly command: readonly string[]
  readonly rest: readonly string[]
}

/** Throws `INVALID_INPUT` for arguments that the tool does not take. */
export function commandLineOf(tool: Tool, given: Readonly<Record<string, unknown>>): CommandLine {
  const { arguments: known, always = [], command = tool.name } = tool
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name))
      throw refused(tool, `takes no "${name}"`, `It takes: ${Object.keys(known).join(', ')}.`)
  const options: string[] = []
  const positionals: string[] = []
  for (const [name, argument] of Object.entries(known)) {
    const value = given[name]
    if (value === undefined || value === null || value === false) {
      if (argument.isRequired === true) throw refused(tool, `needs "${name}"`, argument.description)
      continue
    }
    if (argument.type === 'outcome') {
      options.push(outcomeOption(value, tool))
      continue
    }
    const words = wordsOf(value, { tool, name, argument })
    if (argument.isPositional === true) positionals.push(...words)
    else options.push(...words.map((word) => (argument.type === 'boolean' ? `--${name}` : `--${name}=${word}`)))
  }
  return { command: command.split(' '), rest: [...always, ...options, '--json', '--', ...positionals] }
}

/** The name of the effect ends at the first `=`: behind it stands what a client gives as JSON, or as a reason. */
function outcomeOption(value: unknown, tool: Tool): string {
  const { effect, complete, fail, ...others } = Object(value) as Readonly<Record<string, unknown>>
  const isNamed = typeof effect === 'string' && /^[^=]+$/.test(effect) && Object.keys(others).length === 0
  if (isNamed && complete !== undefined && fail === undefined) return `--outcome=${effect}=${JSON.stringify(complete)}`
  if (isNamed && complete === undefined && typeof fail === 'string') return `--fail=${effect}=${fail}`
  throw refused(tool, 'wants "outcome" as { effect, complete } or { effect, fail }', '')
}

interface Place {
  readonly tool: Tool
  readonly name: string
  readonly argument: Argument
}

function wordsOf(value: unknown, { tool, name, argument: { type } }: Place): readonly string[] {
  if (type === 'json') return [JSON.stringify(value)]
  if (type === 'strings' && Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'))
    return value
  const isRight = type === 'integer' ? Number.isSafeInteger(value) : typeof value === type
  if (!isRight) throw refused(tool, `wants "${name}" as ${type === 'strings' ? 'a list of strings' : type}`, '')
  return [String(value)]
}

function refused({ name }: Tool, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `${name} ${problem}`, hint === '' ? {} : { hint })
}
