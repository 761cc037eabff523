/** Runs the compiled examples as a user does: as processes of their own. `npm run build` comes first. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when the text has come on stdout; rejects when the process ends before. */
  printed(text: string): Promise<void>
}
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** `script` is relative to `examples`, without its ending: `01-first-agent/main`. */
export function startExample(
  script: string,
  args: readonly string[] = [],
  { env = {}, cwd }: StartOptions = {},
): Running {
  const file = fileURLToPath(new URL(`dist/${script}.js`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, REFOLD_ESDB_URL: '', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const look of waiting) look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]): Ended => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }))
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve()
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`'${text}' was not printed; it printed: ${stdout}${stderr}`)))
    })
  return { child, ended, printed }
}

/** Runs to its end. */
export function runExample(script: string, args: readonly string[] = [], options: StartOptions = {}): Promise<Ended> {
  return startExample(script, args, options).ended
}
