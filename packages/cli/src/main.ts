/** The command `refold`. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { EXIT, exitCodeOf } from './exit-codes.js'
import { showFailure } from './failure.js'
import { makeProgram } from './program.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

if (process.env['REFOLD_STORE'] === '') delete process.env['REFOLD_STORE'] // as the shell's way to take it back

const program = makeProgram(version)
for (const command of allOf(program)) command.exitOverride()

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : failed(error)
}

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)]
}

/** Commander has said it already. */
function usageCode({ exitCode }: CommanderError): number {
  return exitCode === 0 ? EXIT.ok : EXIT.usage
}

function failed(error: unknown): number {
  const json = process.argv.includes('--json')
  console.error(showFailure(error, { json, color: process.stderr.isTTY && !('NO_COLOR' in process.env) }))
  return exitCodeOf(error)
}
