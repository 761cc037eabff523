/** The server as a process of its own, from `dist`, as users run it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface ChildServer {
  readonly child: ChildProcess
  readonly connectionString: string
  /** What it complained of. */
  readonly complaints: () => string
  /** Ends it, and waits until it has ended. */
  kill(signal: NodeJS.Signals): Promise<number | null>
}

export interface ChildServerOptions {
  readonly largestFileKiB?: number | 'unlimited'
  readonly nodeOptions?: readonly string[]
}

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Resolves when it listens. It is killed when the test has finished. */
export async function childServer(
  args: readonly string[],
  { largestFileKiB = 'unlimited', nodeOptions = [] }: ChildServerOptions = {},
): Promise<ChildServer> {
  const limited = [
    '-c',
    `ulimit -f ${largestFileKiB}; exec "$@"`,
    'bash',
    process.execPath,
    ...nodeOptions,
    MAIN,
    '--port',
    '0',
    ...args,
  ]
  const child = spawn('bash', limited, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()))
  const exited = once(child, 'exit') as Promise<[number | null]>
  onTestFinished(() => void child.kill('SIGKILL'))
  const connectionString = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString()
      const [, found] = /listens on (\S+)\n/.exec(text) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`the server ended: ${text}${complaints}`)))
  })
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    const [code] = await exited
    return code
  }
  return { child, connectionString, complaints: () => complaints, kill }
}

/** Runs it to its end. */
export async function runToEnd(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}

/** A directory that is gone after the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'refold-dev-server-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
