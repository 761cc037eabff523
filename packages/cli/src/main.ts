/** The command `refold`. */
import { readFileSync } from 'node:fs'
import { RefoldError } from '@refold/core/store'
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { EXIT, exitCodeOf } from './exit-codes.js'
import { showFailure } from './failure.js'
import { makeProgram } from './program.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

if (process.env['REFOLD_STORE'] === '') delete process.env['REFOLD_STORE'] // as the shell's way to take it back

const program = makeProgram(version)
const json = process.argv.includes('--json')
const usageHint = `${askedFor(['refold'], program, process.argv.slice(2))} --help says what there is`
for (const command of allOf(program)) {
  command.exitOverride().showHelpAfterError(`(${usageHint})`)
  if (json) command.configureOutput({ writeErr: () => {} }) // it is told as JSON
}

try {
  await program.parseAsync(meant(program, process.argv.slice(2)), { from: 'user' })
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : failed(error)
}

/** Commander shows the help of what is above a command that it does not know: a mistake would look like an answer. */
function meant(command: Command, words: readonly string[]): readonly string[] {
  const [name, ...rest] = words
  if (command.commands.length === 0) return words
  if (name === undefined || name.startsWith('-')) return isOnlyGroup(command) && !asksForHelp(words) ? [] : words
  if (name === 'help') return rest.length === 0 || knows(command, rest[0]) ? words : rest.slice(0, 1)
  const known = command.commands.find((one) => one.name() === name)
  if (known !== undefined) return [name, ...meant(known, rest)]
  return command.registeredArguments.length > 0 ? words : [name]
}

/** It does nothing by itself: without one of its commands, what is missing is told, and not what else was given. */
function isOnlyGroup({ parent, registeredArguments }: Command): boolean {
  return parent !== null && registeredArguments.length === 0
}

function asksForHelp(words: readonly string[]): boolean {
  return words.includes('-h') || words.includes('--help')
}

function knows({ commands }: Command, name: string | undefined): boolean {
  return commands.some((one) => one.name() === name)
}

/** The words that lead to the command that was given, or to what is above it. */
function askedFor(path: readonly string[], command: Command, [name, ...rest]: readonly string[]): string {
  const known = command.commands.find((one) => one.name() === name)
  return known === undefined ? path.join(' ') : askedFor([...path, known.name()], known, rest)
}

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)]
}

/** Commander has said it already, but to a program. */
function usageCode({ code, exitCode, message }: CommanderError): number {
  if (exitCode === 0) return EXIT.ok
  const problem = code === 'commander.help' ? 'the command is not whole' : message.replace(/^error: /, '')
  if (json) tell(new RefoldError('INVALID_INPUT', problem, { hint: `${usageHint}.` }))
  return EXIT.usage
}

function failed(error: unknown): number {
  tell(error)
  return exitCodeOf(error)
}

function tell(error: unknown): void {
  console.error(showFailure(error, { json, color: process.stderr.isTTY && !('NO_COLOR' in process.env) }))
}
