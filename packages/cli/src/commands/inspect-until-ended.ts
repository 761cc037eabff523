/** Serves an inspector until a signal ends it. */
import { EXIT } from '../exit-codes.js'
import { print } from '../output.js'
import { atPath, openInspector } from './inspect.js'
import type { InspectCommandOptions } from './inspect.js'
import { hasBrowser, openBrowser } from './open-browser.js'

/** Resolves to the exit code. Rejects when it cannot be opened. */
export async function inspect(target: string | undefined, options: InspectCommandOptions): Promise<number> {
  const ended = endSignal()
  const { inspector, path } = await openInspector(target, options)
  const url = atPath(inspector.url, path)
  print(options.json ? JSON.stringify({ url }) : url)
  const { platform, env: environment } = process
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY
  if (options.open !== false && hasBrowser({ isTerminal, platform, environment }))
    openBrowser(atPath(inspector.urlOnce(), path), platform)
  if (isTerminal) console.error('Ctrl-C ends it.')
  await ended
  await inspector.close()
  return EXIT.ok
}

/** A second one ends the process at once. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
