/** The command `refold` in a process of its own. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const REFOLD = fileURLToPath(new URL('../../cli/bin/refold.js', import.meta.url))

/** Tells its largest size on the standard error, in kilobytes, when it ends. */
const TELLING = `process.on('exit', () => process.stderr.write('\\nsize ' + process.resourceUsage().maxRSS))`

/** From its start to its end. Its output is read and dropped. */
export function millisecondsOfRefold(args: readonly string[]): number {
  const from = performance.now()
  refold([], args)
  return performance.now() - from
}

/** The most that it had, in megabytes. */
export function megabytesOfRefold(args: readonly string[]): number {
  const said = refold(['--import', `data:text/javascript,${encodeURIComponent(TELLING)}`], args)
  return (Number(said.split('size ').at(-1)) * 1_024) / 1e6
}

function refold(nodeArgs: readonly string[], args: readonly string[]): string {
  const { status, stderr } = spawnSync(process.execPath, [...nodeArgs, REFOLD, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (status !== 0) throw new Error(`refold ${args.join(' ')} ended with code ${status}: ${stderr}`)
  return stderr
}
