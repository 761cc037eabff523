/** A command in a process of its own: with the project's code as it is now, and without anything of the server's. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What is more helps no one who reads it. */
const MOST_BYTES = 1024 * 1024

export interface Ran {
  /** `undefined`: it was ended, since it said too much or no one waits for it any more. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export function runCommand(args: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<Ran> {
  const main = fileURLToPath(new URL('../main.js', import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], signal })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  let bytes = 0
  const collect =
    (chunks: Buffer[]) =>
    (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > MOST_BYTES) child.kill()
      else chunks.push(chunk)
    }
  child.stdout.on('data', collect(stdout))
  child.stderr.on('data', collect(stderr))
  return new Promise((resolve) => {
    child.on('error', () => {}) // it was aborted: `close` comes
    child.on('close', (code) =>
      resolve({
        code: code ?? undefined,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    )
  })
}
