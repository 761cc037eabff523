/** A command in a process of its own: with the project's code as it is now, and without anything of the server's. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { RefoldError } from '@refold/core'

const ACTING = new URL('../main.js', import.meta.url)
const LOOKING = new URL('./looking-process.js', import.meta.url)
/** What is more helps no one who reads it. */
const MOST_BYTES = 1024 * 1024

export interface Ran {
  /** `undefined`: it was ended by a signal. */
  readonly code: number | undefined
  /** It said too much: what it said is of no use. */
  readonly isCut: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Of who asks: they want it no more, or are gone. */
  readonly signal: AbortSignal
  /** It is carried out to its end, whatever it says and whatever becomes of who asks: no half of it is left. Others are ended. */
  readonly acts: boolean
}

/** Throws `ABORTED` where no process can be made. */
export async function runCommand(args: readonly string[], { signal, acts }: RunOptions): Promise<Ran> {
  const child = await made(() =>
    spawn(process.execPath, [fileURLToPath(acts ? ACTING : LOOKING), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(acts ? undefined : { signal }),
    }),
  )
  child.stdin.on('error', () => {}) // nothing is written to it
  if (acts) child.stdin.end()
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  let bytes = 0
  const collect =
    (chunks: Buffer[]) =>
    (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes <= MOST_BYTES) chunks.push(chunk)
      else if (!acts) child.kill()
    }
  child.stdout.on('data', collect(stdout))
  child.stderr.on('data', collect(stderr))
  return new Promise((resolve) => {
    child.on('close', (code) =>
      resolve({
        code: code ?? undefined,
        isCut: bytes > MOST_BYTES,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    )
  })
}

/** Of a shortage, of memory or of open files, Node throws, or gives a process without streams and tells it later. */
async function made(make: () => ChildProcessWithoutNullStreams): Promise<ChildProcessWithoutNullStreams> {
  try {
    const child = make()
    child.on('error', () => {}) // it was aborted: `close` comes
    if (child.pid !== undefined) return child
    const [error] = (await once(child, 'error')) as [Error]
    throw error
  } catch (cause) {
    throw new RefoldError('ABORTED', `no process could be made for the command: ${(cause as Error).message}`, {
      cause,
      hint: 'Nothing was done. Ask again when the machine has more memory, processes and open files to give.',
    })
  }
}
