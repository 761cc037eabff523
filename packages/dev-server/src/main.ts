/** `refold-dev-server`. Ends with 0 after SIGTERM or SIGINT, with 1 when it cannot start. */
import { printable } from '@refold/core/store'
import { complaintOf } from './complaints.js'
import { HELP, parseCommandLine } from './command-line.js'
import { startDevServer, type DevServerOptions } from './start-dev-server.js'

async function run(options: DevServerOptions): Promise<void> {
  const server = await startDevServer(options)
  let closing: Promise<void> | undefined
  const stop = (): void => {
    closing ??= server.close().then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  console.log(`refold-dev-server listens on ${printable(server.connectionString)}`)
  console.log(
    `Events are kept ${options.file === undefined ? 'in memory, and gone at the end' : `in ${printable(options.file)}`}.`,
  )
  console.log('For development and tests only: not for production.')
}

function fail(error: unknown): void {
  console.error(complaintOf(error))
  process.exit(1)
}

try {
  const options = parseCommandLine(process.argv.slice(2))
  if (options === 'help') console.log(HELP)
  else await run(options)
} catch (error) {
  fail(error)
}
