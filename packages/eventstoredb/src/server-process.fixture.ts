/** A server as a process of the tests' own: it can be killed, and started again on what it had stored. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const READY_WITHIN_MS = 120_000
const MAX_STARTS = 3
/** Below the ports that the system gives to outgoing connections: a server that is killed finds its own free again. */
const [FIRST_PORT, LAST_PORT] = [15_000, 32_000]

export interface ServerProcess {
  readonly port: number
  readonly connectionString: string
  /** Resolves when it answers. */
  start(): Promise<void>
  /** At once, by SIGKILL; of a cluster the leader. Resolves when it is dead. */
  kill(): Promise<void>
  killAll(): Promise<void>
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  /** Whether it answers as it should. */
  readonly isReady: () => Promise<boolean>
}

/** The process that runs such a command. */
export class RunningCommand {
  readonly #command: Command
  #process: ChildProcess | undefined

  constructor(command: Command) {
    this.#command = command
  }

  /** Tried again when it ends at once: what a killed one held (a port, a lock of its database) may take a moment to be free. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      if (await this.#tryStart()) return
      if (tries === MAX_STARTS) throw new Error(`${this.#command.command} ended at its start, ${tries} times`)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }

  async #tryStart(): Promise<boolean> {
    const { command, args, isReady } = this.#command
    const started = spawn(command, args, { stdio: 'ignore' })
    this.#process = started
    const deadline = performance.now() + READY_WITHIN_MS
    while (!(await isReady().catch(() => false))) {
      if (started.exitCode !== null) return false
      if (performance.now() > deadline) throw new Error(`${command} did not get ready`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return true
  }

  async kill(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running === undefined || running.exitCode !== null) return
    const exited = once(running, 'exit')
    running.kill('SIGKILL')
    await exited
  }
}

/** A server that is one process. */
export function serverProcess(port: number, connectionString: string, command: Command): ServerProcess {
  const running = new RunningCommand(command)
  const kill = (): Promise<void> => running.kill()
  return { port, connectionString, start: () => running.start(), kill, killAll: kill }
}

export function hasCommand(command: string): boolean {
  return spawnSync('which', [command]).status === 0
}

export interface Scratch {
  readonly directory: string
  readonly remove: () => void
}

export function scratchDirectory(): Scratch {
  const directory = mkdtempSync(join(tmpdir(), 'refold-esdb-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
