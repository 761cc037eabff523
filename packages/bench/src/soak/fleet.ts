/** The fleet under test: `refold up` in a process of its own, and what it said. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const REFOLD = fileURLToPath(new URL('../../../cli/bin/refold.js', import.meta.url))
const CONFIG = fileURLToPath(new URL('./soak.config.js', import.meta.url))

interface Said {
  readonly type: string
  readonly pid?: number
  readonly why?: string
}

export class Fleet {
  readonly #options: { readonly directory: string; readonly workers: number }
  #supervisor: ChildProcess | undefined
  readonly #alive = new Set<number>()
  readonly takeovers: Record<string, number> = {}
  readonly printed: string[] = []

  constructor(options: { readonly directory: string; readonly workers: number }) {
    this.#options = options
  }

  /** Process ids of workers that are thought to live. */
  get workers(): readonly number[] {
    return [...this.#alive]
  }

  start(): void {
    const { directory, workers } = this.#options
    const supervisor = spawn(process.execPath, [REFOLD, 'up', '--json', '--workers', `${workers}`, '-c', CONFIG], {
      env: { ...process.env, REFOLD_SOAK_DIRECTORY: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#supervisor = supervisor
    createInterface({ input: supervisor.stdout }).on('line', (line) => this.#heard(line))
    createInterface({ input: supervisor.stderr }).on('line', (line) => this.printed.push(line))
  }

  /** Its workers find out by themselves. */
  killSupervisor(): void {
    this.#supervisor?.kill('SIGKILL')
    this.#alive.clear()
  }

  /** Resolves to its exit code. */
  async end(): Promise<number | null> {
    const supervisor = this.#supervisor
    if (supervisor === undefined || supervisor.exitCode !== null) return supervisor?.exitCode ?? null
    const exit = once(supervisor, 'exit')
    supervisor.kill('SIGTERM')
    const [code] = (await exit) as [number | null]
    return code
  }

  #heard(line: string): void {
    const said = JSON.parse(line) as Said
    if (said.type === 'worker.started' && said.pid !== undefined) this.#alive.add(said.pid)
    if ((said.type === 'worker.died' || said.type === 'worker.stopped') && said.pid !== undefined)
      this.#alive.delete(said.pid)
    if (said.type === 'agent.takenOver') this.takeovers[said.why ?? ''] = (this.takeovers[said.why ?? ''] ?? 0) + 1
    if (said.type === 'worker.printed' || said.type === 'agent.reported') this.printed.push(line)
  }
}
