/** Real processes for tests. They run the compiled packages; `npm run build` comes first. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<ChildEnd>
  /** The first message that satisfies the predicate, of those told so far or later. Rejects when the process ends before. */
  told(predicate: (message: Told) => boolean): Promise<Told>
  /** Everything that it wrote to stderr. */
  stderr(): string
  [Symbol.asyncDispose](): Promise<void>
}

/** What a child tells its parent: JSON of its own shape. */
export type Told = Readonly<Record<string, unknown>>

/** `script` stands beside this file; the order becomes its only argument, as JSON. */
export function startChild(script: string, order: object): Child {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(file, [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--no-warnings'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const messages: Told[] = []
  const looking = new Set<() => void>()
  child.on('message', (message: Told) => {
    messages.push(message)
    for (const look of looking) look()
  })
  const ended = once(child, 'close').then(([code, signal]): ChildEnd => ({ code, signal }))
  const told: Child['told'] = (predicate) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = messages.find(predicate)
        if (found === undefined) return
        looking.delete(look)
        resolve(found)
      }
      looking.add(look)
      look()
      void ended.then(({ code, signal }) => reject(new Error(`${script} ended (${signal ?? code}): ${stderr}`)))
    })
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { process: child, ended, told, stderr: () => stderr, [Symbol.asyncDispose]: dispose }
}
