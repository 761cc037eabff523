/** The command `refold`. Data goes to the standard output, everything else to the standard error. */
import { readFileSync } from 'node:fs'
import { printableLines } from '@refold/core'
import { CommanderError } from 'commander'
import { list } from './commands/list.js'
import { plan } from './commands/plan.js'
import { send } from './commands/send.js'
import { start } from './commands/start.js'
import { EXIT, exitCodeOf } from './exit-codes.js'
import { showFailure } from './failure.js'
import { makeProgram } from './program.js'
import { up } from './up/up.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const program = makeProgram(version, {
  up: async (options) => void (process.exitCode = await up(options as unknown as Parameters<typeof up>[0])),
  start: async (name, options) =>
    print(await start(name, options as unknown as Parameters<typeof start>[1]), { isDone: true }),
  send: async (address, event, options) =>
    print(await send(address, event, options as unknown as Parameters<typeof send>[2]), { isDone: true }),
  list: async (name, options) => print(await list(name, options as unknown as Parameters<typeof list>[1])),
  plan: async (options) => print(await plan(options as unknown as Parameters<typeof plan>[0])),
})
for (const command of [program, ...program.commands]) command.exitOverride()

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : failed(error)
}

/** Data. Its reader may stop when it has enough. `isDone`: the command has done its work, printed or not. */
function print(text: string, { isDone = false }: { readonly isDone?: boolean } = {}): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    console.error(`${isDone ? 'it is done; ' : ''}what there is to print cannot be written: ${error.message}`)
    process.exit(isDone ? EXIT.ok : EXIT.failed)
  })
  console.log(printableLines(text))
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
